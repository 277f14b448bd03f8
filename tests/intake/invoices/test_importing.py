"""Invoices, their lines, the town's payments and PDFs: what an import takes, and each row that it refuses."""

from datetime import date

import pytest

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.intake.importing import BadFiles, Importer
from chalicelib.intake.invoices import pdf_files
from chalicelib.intake.invoices.writer import InvoiceImport
from chalicelib.intake.progress import Silence
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Means, Payment
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.rules.payments import HOLD_TO_CHECK, Attempt, AttemptState
from chalicelib.services.recounting import CountPlaces
from tests.builders import an_attempt
from tests.clock import FixedClock, paris
from tests.fake_bank import MemoryAttempts, reversing
from tests.fakes import MemoryIntake, MemoryInvoices, MemoryNotices, MemoryOutbox, MemoryPdfs
from tests.intake.folder import LISTS, TOWN, a_folder

NOW = paris("lundi 2026-11-23 08:00")
F1, F2 = FamilyId("f-1"), FamilyId("f-2")
NUMBER = InvoiceNumber("2026-026-000335")
PAYING = TOWN.replace("[ecoles]", '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nmoyens = []\n\n[ecoles]')
HEADS = "numero;famille;emise_le;echeance;libelle;regie;total;reference\n"
HEAD = f"{NUMBER};f-1;2026-10-31;30/11/2026;CANTINE OCTOBRE;RÉGIE;1234,50;\n"
LINES = "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
LINE = f"{NUMBER};Repas;James;4;300,00;1200,00\n{NUMBER};Œuf;Aline;2,5;13,80;34,50\n"
PAYMENTS = "facture;payeur;date;montant;moyen\n"
RIGHT = {"town": PAYING, "factures": HEADS + HEAD, "lignes": LINES + LINE}
A_PDF = b"%PDF-1.7\nwhatever\n%%EOF\n"


class Desk:
    """An import over stores in memory."""

    def __init__(self, folder):
        self.folder = folder / "town"
        self.store = MemoryIntake()
        self.notices = MemoryNotices()
        self.invoices, self.pdfs = MemoryInvoices(), MemoryPdfs()
        self.attempts = MemoryAttempts(self.invoices, MemoryOutbox())
        self.clock = FixedClock(NOW)
        invoice_import = InvoiceImport(
            self.invoices, self.pdfs, InvoicePdf(), self.store.families, attempts=self.attempts, clock=self.clock
        )
        self.run = Importer(
            reverse=reversing(self.invoices, self.attempts),
            store=self.store,
            plannings=self.store.plannings,
            places=CountPlaces(plannings=self.store.plannings, families=self.store.families, pause=[].append),
            invoice_import=invoice_import,
            notices=self.notices,
            clock=self.clock,
            pepper="pepper",
            workers=2,
        )

    def load(self, **files):
        for name in ("factures", "lignes", "reglements", "contrepassations"):
            (self.folder / f"{name}.csv").unlink(missing_ok=True)
        return self.run(a_folder(self.folder, **{**RIGHT, **files}), Silence())

    def faults(self, **files):
        with pytest.raises(BadFiles) as bad:
            self.load(**files)
        return [str(fault) for fault in bad.value.faults]

    def give_pdf(self, name, content):
        (self.folder / "pdf").mkdir(parents=True, exist_ok=True)
        (self.folder / "pdf" / name).write_bytes(content)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_an_invoice_with_lines_gets_its_reference_and_its_pdf(desk):
    report = desk.load()
    (invoice,) = desk.invoices.of(F1)
    assert (invoice.reference, invoice.total, invoice.due_on) == ("2026-T5-00-26000335", 123450, date(2026, 11, 30))
    assert invoice.published_at == NOW
    assert [(line.what, line.amount) for line in desk.invoices.lines(F1, NUMBER)] == [("Repas", 120000), ("Œuf", 3450)]
    assert len(desk.pdfs.pdfs[F1, NUMBER]) == invoice.pdf_bytes > 1000
    assert (report.invoices.added, report.pdfs_made) == (1, 1)
    assert "Factures : 1 ajoutée" in "\n".join(report.lines())


def test_the_same_files_again_change_nothing(desk):
    paid = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-20;20,00;chèque\n"
    desk.give_pdf(f"{NUMBER}.pdf", A_PDF)
    desk.load(reglements=paid)
    before = (desk.invoices.of(F1), dict(desk.pdfs.pdfs))
    report = desk.load(reglements=paid)
    assert report.nothing_changed
    assert (report.invoices.unchanged, report.payments.unchanged) == (1, 1)
    assert (desk.invoices.of(F1), desk.pdfs.pdfs) == before


def test_a_pdf_that_comes_is_preferred_and_may_be_replaced_by_one_of_the_same_size(desk):
    desk.give_pdf(f"{NUMBER}.pdf", A_PDF)
    assert desk.load().pdfs_given == 1
    assert desk.pdfs.pdfs[F1, NUMBER] == A_PDF
    desk.give_pdf(f"{NUMBER}.pdf", A_PDF.replace(b"whatever", b"WHATEVER"))
    assert desk.load().pdfs_given == 1
    assert b"WHATEVER" in desk.pdfs.pdfs[F1, NUMBER]


def test_an_unpaid_invoice_may_be_corrected(desk):
    desk.load()
    report = desk.load(factures=HEADS + HEAD.replace("CANTINE OCTOBRE", "CANTINE"))
    assert (report.invoices.changed, report.pdfs_made) == (1, 1)
    assert desk.invoices.of(F1)[0].label == "CANTINE"


OTHER = "2026-026-000400"
OTHERS = {
    "factures": HEAD.replace("CANTINE OCTOBRE", "CANTINE") + f"{OTHER};f-1;2026-10-31;30/11/2026;CANTINE;RÉGIE;5,00;\n",
    "lignes": LINE + f"{OTHER};Repas;James;1;5,00;5,00\n",
}


def test_a_correction_of_a_paid_invoice_is_set_aside_and_the_rest_is_done(desk):
    paid = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-20;1234,50;virement\n"
    desk.load(reglements=paid)
    before = desk.invoices.holder(NUMBER)
    report = desk.load(
        factures=HEADS + OTHERS["factures"],
        lignes=LINES + OTHERS["lignes"],
        reglements=paid + f"{OTHER};Jamie BOND;2026-11-20;1,00;virement\n",
    )
    assert [str(line) for line in report.not_put] == [
        "factures.csv:2: la facture « 2026-026-000335 » a un règlement et change "
        "(libellé : CANTINE OCTOBRE → CANTINE) ; attendu : la même"
    ]
    assert not report.all_taken
    assert desk.invoices.holder(NUMBER) == before
    assert desk.invoices.holder(InvoiceNumber(OTHER)).paid == 100


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("2026-10-31", "2026-10-30"), "émise le : 31/10/2026 → 30/10/2026"),
        (("CANTINE OCTOBRE", "CANTINE"), "libellé : CANTINE OCTOBRE → CANTINE"),
    ],
)
def test_a_correction_while_money_is_under_way_waits_for_it(desk, change, said):
    desk.load()
    invoice = desk.invoices.holder(NUMBER)
    attempt = an_attempt(invoice, NOW, state=AttemptState.TO_CHECK)
    desk.attempts.begin(attempt, invoice, None)
    report = desk.load(factures=HEADS + HEAD.replace(*change))
    assert [str(line) for line in report.not_put] == [
        f"factures.csv:2: la facture « 2026-026-000335 » a un paiement en ligne à vérifier et change ({said}) ; "
        "attendu : la même, ou un nouvel import quand ce paiement sera connu"
    ]
    assert desk.attempts.latest(desk.invoices.holder(NUMBER)) == attempt
    desk.clock.at += HOLD_TO_CHECK
    assert desk.load(factures=HEADS + HEAD.replace(*change)).invoices.changed == 1
    assert desk.attempts.latest(desk.invoices.holder(NUMBER)) == attempt


WITH_REFERENCES = "facture;payeur;date;montant;moyen;reference\n"
CHEQUE = f"{NUMBER};Jamie BOND;20/11/2026;5,00;cheque;0012345\n"


@pytest.mark.parametrize("again", ["12345", " 00 12345"])
def test_a_cheque_whose_zeros_are_lost_is_the_same_cheque(desk, again):
    desk.load(reglements=WITH_REFERENCES + CHEQUE)
    report = desk.load(reglements=WITH_REFERENCES + CHEQUE.replace("0012345", again).replace("Jamie BOND", "BOND J."))
    assert (report.payments.added, report.payments.unchanged, report.all_taken) == (0, 1, True)
    assert [str(line) for line in report.recognised] == [
        f"reglements.csv:2: facture « {NUMBER} » : 5,00\u00a0€ de BOND J. le 20/11/2026, "
        f"référence « {again.strip()} », c'est 5,00\u00a0€ de Jamie BOND le 20/11/2026, référence « 0012345 »"
    ]
    assert desk.invoices.holder(NUMBER).paid == 500


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(("0012345", "777"), id="its reference alone"),
        pytest.param(("0012345", ""), id="its reference left out"),
        pytest.param(("5,00", "6,00"), id="its amount"),
    ],
)
def test_a_payment_that_may_be_counted_already_is_not_recorded_and_said(desk, again):
    desk.load(reglements=WITH_REFERENCES + CHEQUE)
    report = desk.load(reglements=WITH_REFERENCES + CHEQUE.replace(*again))
    (said,) = report.not_recorded
    assert said.where.line == 2
    assert "5,00\u00a0€ de Jamie BOND le 20/11/2026, référence « 0012345 »" in said.text
    assert not report.all_taken
    assert desk.invoices.holder(NUMBER).paid == 500
    assert str(said) in "\n".join(report.lines())


def test_the_report_says_which_online_payment_a_row_is(desk):
    desk.load()
    online = Payment("online-1", "Jamie BOND", date(2026, 11, 10), 500, Means.ONLINE, "A55A", date(2026, 11, 10))
    desk.invoices.record(F1, NUMBER, online)
    rows = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-12;5,00;en ligne\n{NUMBER};Jamie BOND;2026-11-13;5,00;en ligne\n"
    for added in (1, 0):
        report = desk.load(reglements=rows)
        assert (report.payments.added, report.payments.unchanged) == (added, 2 - added)
        (said,) = report.recognised
        assert (said.where.line, said.text.partition("c'est ")[2]) == (
            2,
            "5,00\u00a0€ de Jamie BOND le 10/11/2026, référence « A55A »",
        )
        assert "1 règlement que le portail a déjà, sous une autre forme :" in report.lines()
    assert desk.invoices.holder(NUMBER).paid == 1000


def test_two_cheques_of_one_day_are_two_payments_when_both_are_listed(desk):
    both = WITH_REFERENCES + CHEQUE + CHEQUE.replace("0012345", "777")
    desk.load(reglements=WITH_REFERENCES + CHEQUE)
    assert desk.load(reglements=both).payments.added == 1
    assert desk.load(reglements=both).payments.unchanged == 2
    assert desk.invoices.holder(NUMBER).paid == 1000


def test_a_town_payment_on_an_invoice_paid_online_is_kept_and_told_each_time(desk):
    desk.load()
    online = Payment("online-1", "Jamie BOND", date(2026, 11, 10), 123450, Means.ONLINE, "A55A", date(2026, 11, 10))
    assert desk.invoices.record(F1, NUMBER, online)
    cheque = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-20;1234,50;cheque\n"
    for _ in range(2):
        report = desk.load(reglements=cheque)
        assert [str(line) for line in report.overpaid] == [
            "factures.csv:2: facture « 2026-026-000335 » : 1\u202f234,50\u00a0€ de trop"
        ]
    assert len(desk.invoices.of(F1)[0].payments) == 2
    assert desk.invoices.of(F1)[0].overpaid == 123450


def test_a_payment_may_come_without_its_invoice(desk):
    desk.load()
    report = desk.load(factures=HEADS, lignes=LINES, reglements=PAYMENTS + f"{NUMBER};Jamie;2026-11-20;10;especes\n")
    assert report.payments.added == 1
    assert desk.invoices.of(F1)[0].paid == 1000


def test_another_family_cannot_take_a_number_nor_a_reference(desk):
    desk.load()
    (said,) = desk.faults(factures=HEADS + HEAD.replace("f-1", "f-2"))
    assert "est celle d'une autre famille" in said
    other = HEAD.replace(NUMBER, "2026-026-000336").replace(";1234,50;", ";1234,50;2026-T50026000335")
    (said,) = desk.faults(factures=HEADS + other, lignes=LINES + LINE.replace(NUMBER, "2026-026-000336"))
    assert "est celle de la facture « 2026-026-000335 » du portail" in said


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"factures": HEADS + HEAD.replace("1234,50", "1 234,50")}, "factures.csv:2: « total » vaut « 1 234,50 »"),
        ({"factures": HEADS + HEAD.replace("1234,50", "1234,50 €")}, "factures.csv:2: « total » vaut « 1234,50 € »"),
        ({"factures": HEADS + HEAD.replace("1234,50", "-5")}, "factures.csv:2: le total est négatif"),
        ({"factures": HEADS + HEAD.replace("1234,50", "1234,5012")}, "factures.csv:2: « total » vaut"),
        ({"factures": HEADS + HEAD.replace("30/11/2026", "30/10/2026")}, "factures.csv:2: l'échéance (30/10/2026)"),
        ({"factures": HEADS + HEAD.replace("1234,50", "1234,49")}, "factures.csv:2: le total est 1\u202f234,49"),
        ({"factures": HEADS + HEAD.replace("f-1", "f-9")}, "factures.csv:2: la famille « f-9 » n'existe pas"),
        ({"factures": HEADS + HEAD + HEAD}, "factures.csv:3: la facture « 2026-026-000335 » est déjà ligne 2"),
        (
            {"factures": HEADS + HEAD + HEAD.replace("-026-", "-26-")},
            "factures.csv:3: le numéro « 2026-26-000335 » se lit comme celui de la ligne 2",
        ),
        ({"factures": HEADS + HEAD.replace(";\n", ";T5\n")}, "factures.csv:2: la référence « T5 » n'est pas comprise"),
        ({"factures": HEADS + HEAD.replace(NUMBER, "F2026")}, "factures.csv:2: le numéro « F2026 » ne donne pas"),
        ({"town": TOWN}, "factures.csv:2: la référence manque"),
        ({"lignes": LINES}, "factures.csv:2: la facture « 2026-026-000335 » n'a ni lignes ni PDF"),
        ({"lignes": LINES + LINE.replace("1200,00", "1200,01")}, "lignes.csv:2: le montant est"),
        ({"lignes": LINES + LINE + "2026-1;Repas;;1;1;1\n"}, "lignes.csv:4: la facture « 2026-1 » n'existe pas"),
        ({"reglements": PAYMENTS + "2026-9;J;2026-11-20;1;cheque\n"}, "reglements.csv:2: la facture « 2026-9 » n'exi"),
        ({"reglements": PAYMENTS + f"{NUMBER};J;2026-11-24;1;cheque\n"}, "reglements.csv:2: le 24/11/2026 est dans"),
        ({"reglements": PAYMENTS + f"{NUMBER};J;2026-11-20;-1;cheque\n"}, "reglements.csv:2: le montant est -1,00"),
        ({"reglements": PAYMENTS + f"{NUMBER};J;2026-11-20;1;troc\n"}, "reglements.csv:2: « moyen »"),
        (
            {"reglements": PAYMENTS + 2 * f"{NUMBER};J;2026-11-20;1;cheque\n"},
            "reglements.csv:3: le même règlement est déjà ligne 2",
        ),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(desk, files, expected):
    said = desk.faults(**files)
    assert any(line.startswith(expected) for line in said), said
    assert not desk.invoices.invoices
    assert not desk.pdfs.pdfs
    assert not desk.store.families.families


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (f"{NUMBER}.pdf", b"<html>", f"pdf/{NUMBER}.pdf: le fichier est abîmé"),
        (f"{NUMBER}.pdf", A_PDF[:-8], f"pdf/{NUMBER}.pdf: le fichier est abîmé"),
        (f"{NUMBER}.pdf", A_PDF + b" " * pdf_files.MOST_PDF_BYTES, f"pdf/{NUMBER}.pdf: le fichier pèse"),
        ("notes.txt", b"", "pdf/notes.txt: ce n'est pas le PDF"),
        ("2026-7.pdf", A_PDF, "pdf/2026-7.pdf: la facture « 2026-7 » n'existe pas"),
    ],
)
def test_a_wrong_pdf_is_named(desk, name, content, expected):
    desk.give_pdf(name, content)
    (said,) = desk.faults()
    assert said.startswith(expected)


def test_families_that_an_older_service_told_are_told(desk):
    told = LISTS["familles.csv"].replace("email\n", "email;avertir;avertir_aussi\n")
    told = told.replace("server.fr\n", "server.fr;oui;BOND@server.fr\n").replace("CERISIER22;\n", "CERISIER22;;non;\n")
    assert desk.load(familles=told).notices == 1
    confirmed = Address("BOND@server.fr", AddressState.CONFIRMED)
    assert desk.notices.settings(F1) == NoticeSettings(wanted=True, extra=(confirmed,), version=1)
    desk.notices.save(F1, NoticeSettings(wanted=False, version=1))
    assert desk.load(familles=told).notices == 0, "what the parent chose since stays"
    assert desk.notices.settings(F2) == NoticeSettings()


REVERSALS = "facture;autorisation;date;motif\n"


@pytest.fixture
def debited(desk):
    """The invoice of the files, paid online by a direct debit."""
    desk.load()
    invoice = desk.invoices.holder(NUMBER)
    attempt = Attempt(
        id="a-1",
        family=F1,
        invoice=NUMBER,
        exercice="2026",
        reference="2026T50026000335",
        label="",
        amount=invoice.total,
        payer="Jamie BOND",
        email="a@server.fr",
        client_number="006382",
        saisie="T",
        contract="web-service",
        created_at=NOW,
        state=AttemptState.DEBIT_ACCEPTED,
    )
    desk.attempts.kept["a-1"] = attempt
    desk.invoices.record(
        F1,
        NUMBER,
        Payment(
            "online-a-1",
            "Jamie BOND",
            date(2026, 11, 22),
            invoice.total,
            Means.ONLINE,
            "3fd",
            attempt=attempt.id,
        ),
    )
    return desk


def test_a_bounced_debit_is_taken_back_once(debited):
    row = f"{NUMBER};3fd;23/11/2026;provision insuffisante\n"
    report = debited.load(contrepassations=REVERSALS + row)
    assert "Contre-passations : 1 enregistrée, 0 déjà connue" in report.lines()
    assert debited.invoices.holder(NUMBER).remaining == 123_450
    again = debited.load(contrepassations=REVERSALS + row)
    assert again.nothing_changed
    assert "Contre-passations : 0 enregistrée, 1 déjà connue" in again.lines()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{NUMBER};3fe;23/11/2026;", "n'a pas pris de paiement « 3fe »"),
        ("2026-026-000999;3fd;23/11/2026;", "n'existe pas sur le portail"),
        (f"{NUMBER};3fd;24/11/2026;", "est dans l'avenir"),
        (f"{NUMBER};;23/11/2026;", "« autorisation » est vide"),
        (f"{NUMBER};3fd;hier;", "hier"),
        (f"{NUMBER};3fd;23/11/2026;\n{NUMBER};3fd;23/11/2026;", "une seule fois"),
    ],
)
def test_what_cannot_be_taken_back(debited, row, said):
    (fault, *_) = debited.faults(contrepassations=f"{REVERSALS}{row}\n")
    assert fault.startswith("contrepassations.csv:")
    assert said in fault
    assert debited.invoices.holder(NUMBER).is_paid
