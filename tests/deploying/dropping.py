"""What the function that imports dropped files does, as its handler is called: several drops, each a step of a town's
life."""

from datetime import timedelta
from unittest import mock

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from chalicelib.rules.ids import FamilyId
from chalicelib.settings import Settings
from chalicelib.wiring import ports_on_aws
from chalicelib.wiring_drops import receive_drops
from tests.intake.folder import LISTS, TOWN

INVOICES = {
    "factures.csv": "numero;famille;emise_le;echeance;libelle;regie;total\n"
    "2026-026-000335;f-1;2026-10-31;30/11/2026;CANTINE;REGIE;4,24\n",
    "lignes.csv": "facture;quoi;enfant;quantite;prix_unitaire;montant\n2026-026-000335;Repas;James;2;2,12;4,24\n",
}
PAYMENTS = {
    "reglements.csv": "facture;payeur;date;montant;moyen;reference\n2026-026-000335;X;20/11/2026;4,24;cheque;0012345\n"
}
PAYING = '\n[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\n'
PDF = "%PDF-1.4 %%EOF"
MORE = (
    "numero;famille;emise_le;echeance;libelle;regie;total\n"
    "2026-026-000336;f-1;2026-11-30;30/12/2026;CANTINE;REGIE;4,24\n"
)
LEAVING = {
    "familles.csv": LISTS["familles.csv"].replace("GOLDENEYE7", "GOLDENEYE8"),
    "enfants.csv": LISTS["enfants.csv"].replace("c-8;f-1;", "c-8;f-2;"),
    "inscriptions.csv": LISTS["inscriptions.csv"].replace("c-7;cantine;;;", "c-7;cantine;01/09/2026;26/11/2026;"),
    "reservations.csv": "famille;enfant;activite;date;action;canal;saisie_le\n",
}


def drop(settings: Settings, **files: str) -> None:
    """What the town's software does: not by a call, which would be taken for the function's own."""
    for name, text in files.items():
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(settings.bucket, f"depot/{name}", text.encode())


def the_drops(settings: Settings) -> None:
    """A first import, invoices and payments, a limit that changes, families that leave; a broken file, a photo."""
    with (
        mock.patch("chalicelib.intake.importing.WRITING_THREADS", 1),  # moto's transactions are not atomic.
        mock.patch("chalicelib.intake.drop.receiving.QUIET", timedelta(0)),
        mock.patch("time.sleep"),
    ):
        for files in (
            {"town.toml": TOWN + PAYING, **LISTS, **INVOICES},
            {**INVOICES, **PAYMENTS},
            {"town.toml": TOWN.replace("repas = true", "repas = true\nplaces = 30") + PAYING},
            {"pdf/2026-026-000336.pdf": PDF, "factures.csv": MORE},
            {f"accepter/annuler/{name}": text for name, text in LEAVING.items()},
            {"enfants.csv": "identifiant;famille\n", "plage.jpg": "x", "gros.zip": "x" * 1_000_001},
            {"enfants.csv": f"{LISTS['enfants.csv']}c-10;f-9;0010;Zoé;NEUVE;mallerin;CP\n"},
            {"accepter/familles.csv": f"{LISTS['familles.csv']}f-9;Alix NEUVE;ARCENCIEL9;\n"},
        ):
            drop(settings, **files)
            receive_drops(settings, lambda: 900.0)
    last = ports_on_aws(settings).families.find(FamilyId("f-9"))
    assert last
    assert [child.first_name for child in last.children] == ["Zoé"]
