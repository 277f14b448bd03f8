"""A small town's folder to import, right unless a test says otherwise."""

from pathlib import Path

TOWN = """\
nom = "Ville de démo"
couleur = "#0b5c8c"
message = "Bienvenue"

[service-enfance]
nom = "Service enfance"
telephone = "01 00 00 00 00"
email = "enfance@ville.example"
horaires = "du lundi au vendredi"

[mentions-legales]
identite = "Commune de Ville de démo"
adresse = "1 place de la Mairie"
directeur-publication = "Madame la maire"
hebergeur = "Un hébergeur"
dpo = "dpo@ville.example"

[ecoles]
mallerin = "MALLERIN PRIMAIRE"
prevert = "PRÉVERT"

[activites.cantine]
nom = "Cantine"
semaine-scolaire = ["lundi", "mardi", "jeudi", "vendredi"]
reserver = "la veille à 10:00"
repas = true

[activites.mercredi]
nom = "Accueil du mercredi"
semaine-scolaire = ["mercredi"]
reserver = "jeudi de la semaine précédente à 24:00"
places = 1

[calendrier]
premier-jour = 2026-09-01
dernier-jour = 2027-07-02
zone = "A"
"""
LISTS = {
    "familles.csv": """\
identifiant;payeur;code_payeur;email
f-1;Jamie BOND;GOLDENEYE7;jamie.bond@server.fr
f-2;Camille PETIT;CERISIER22;
""",
    "enfants.csv": """\
identifiant;famille;code_enfant;prenom;nom;ecole;classe
c-7;f-1;007;James;BOND;mallerin;CE1
c-8;f-1;008;Aline;BOND;MALLERIN PRIMAIRE;CP
c-9;f-2;009;Noé;PETIT;Prévert;
""",
    "inscriptions.csv": """\
enfant;activite;du;au;lecture_seule
c-7;cantine;;;
c-8;Cantine;01/09/2026;31/12/2026;oui
c-8;mercredi;;;non
c-9;accueil du mercredi;;;
""",
    "reservations.csv": """\
famille;enfant;activite;date;action;canal;saisie_le
f-1;c-7;cantine;2026-12-01;;mairie;2026-11-02 10:30
f-1;c-7;cantine;03/12/2026;inscription;Mairie;02/11/2026 10:30
f-1;c-8;mercredi;2026-12-02;inscription;téléphone;2026-11-03
""",
}


INVOICES = {"factures", "lignes", "reglements", "contrepassations", "remboursements", "decisions"}


def a_folder(at: Path, **files: str) -> Path:
    """The town in ``at``. ``files`` replaces whole files by their name without its ending, and adds invoices."""
    at.mkdir(parents=True, exist_ok=True)
    (at / "town.toml").write_text(files.pop("town", TOWN), encoding="utf-8")
    for name, text in LISTS.items():
        (at / name).write_text(files.pop(name.removesuffix(".csv"), text), encoding="utf-8")
    for name in INVOICES & set(files):
        (at / f"{name}.csv").write_text(files.pop(name), encoding="utf-8")
    assert not files, f"no such file: {sorted(files)}"
    return at


def with_line(name: str, line: str) -> dict[str, str]:
    """List ``name`` with one more line at its end: ``a_folder(at, **with_line("familles", "…"))``."""
    return {name: f"{LISTS[f'{name}.csv']}{line}\n"}


def last_line(name: str) -> int:
    """The number of the line that ``with_line`` adds."""
    return LISTS[f"{name}.csv"].count("\n") + 1


def town_with(**replaced: str) -> str:
    """town.toml with the line of each key (dashes written as underscores) replaced; « key = … » at the first place."""
    lines = TOWN.splitlines()
    for key, line in replaced.items():
        at = next(n for n, text in enumerate(lines) if text.startswith(f"{key.replace('_', '-')} ="))
        lines[at] = line
    return "\n".join(lines) + "\n"


def line_of(text: str, start: str) -> int:
    """The number of the first line of ``text`` that begins with ``start``."""
    return next(n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(start))
