"""Every list of a town, with its columns; a town may have other titles for them."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from chalicelib.intake.files.faults import plain
from chalicelib.values import Value

TITLES_REMEMBERED = 4096
Titles = Mapping[str, Mapping[str, str]]
"""List -> column -> the town's own title of it."""


class Columns(Value):
    """The columns of a list: those that it needs, and those that it may leave out. ``own`` has the town's own titles of
    some of them."""

    needed: Sequence[str]
    optional: Sequence[str] = ()
    own: Mapping[str, str] | None = None

    @property
    def names(self) -> list[str]:
        return [*self.needed, *self.optional]

    def titled(self, own: Mapping[str, str]) -> "Columns":
        return Columns(self.needed, self.optional, own)

    def without(self, column: str) -> "Columns":
        """The same, when the list may leave out ``column`` too."""
        needed = tuple(one for one in self.needed if one != column)
        return Columns(needed, (column, *self.optional), self.own)

    def of_title(self, title: str) -> str | None:
        """The column that has this title: the town's own title first, then the column's name; None when none has."""
        written = title_key(title)
        own = {title_key(text): column for column, text in (self.own or {}).items()}
        return own.get(written) or (written if written in self.names else None)

    def shown(self, column: str) -> str:
        """The column as a message names it."""
        title = (self.own or {}).get(column)
        return f"{column} (« {title} »)" if title else column


@lru_cache(maxsize=TITLES_REMEMBERED)
def title_key(title: str) -> str:
    """What equal titles have in common: ``N° Élève`` and ``n°eleve *`` are one title."""
    return re.sub(r"[\W_]+", "_", plain(title)).strip("_") or title.strip()


OF_A_CHILD = ("naissance", "regime", "pai")
ADDRESS = ("adresse", "complement", "code_postal", "ville")
OF_A_FAMILY = (*ADDRESS, "prelevement")
COLUMNS: Mapping[str, Columns] = {
    "familles.csv": Columns(
        ("identifiant", "payeur", "code_payeur"), ("email", "avertir", "avertir_aussi", *OF_A_FAMILY)
    ),
    "enfants.csv": Columns(
        ("identifiant", "famille", "code_enfant", "prenom", "nom", "ecole"), ("classe", *OF_A_CHILD)
    ),
    "inscriptions.csv": Columns(("enfant", "activite"), ("du", "au", "lecture_seule")),
    "reservations.csv": Columns(("famille", "enfant", "activite", "date", "canal", "saisie_le"), ("action",)),
    "factures.csv": Columns(
        ("numero", "famille", "emise_le", "echeance", "libelle", "regie", "total"),
        ("reference", "mise_en_ligne", "etat", "facture_corrigee", "moyen"),
    ),
    "lignes.csv": Columns(
        ("facture", "quoi", "enfant", "quantite", "prix_unitaire", "montant"),
        ("activite", "identifiant_enfant", "jours"),
    ),
    "reglements.csv": Columns(("facture", "payeur", "date", "montant", "moyen"), ("reference", "annule")),
    "contrepassations.csv": Columns(("facture", "autorisation", "date"), ("motif",)),
    "remboursements.csv": Columns(("facture", "date", "montant", "moyen", "mandat"), ("autorisation", "motif")),
    "decisions.csv": Columns(("point", "date", "decision", "par"), ("facture", "montant", "autorisation", "motif")),
}
