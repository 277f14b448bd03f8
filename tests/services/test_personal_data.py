"""A family's rights: all of its data is given, and erased whole however often the erasure is ended half-way."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.directory_store import S3DirectoryStore
from chalicelib.adapters.family_documents import S3FamilyDocuments, versions
from chalicelib.adapters.pdf_store import S3CertificateFiles, S3PdfStore, folders_of
from chalicelib.rules.book import BookLine
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.errors import NotFound
from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.ids import ActivityId, AttemptId, ChildId, EntryId, FamilyId, SchoolId
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.rules.payments import AttemptState, BankAnswer
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.moving import money_event
from chalicelib.services.personal_data import ErasePersonalData, GivePersonalData, MoneyBetween
from chalicelib.services.ports import JournalEntry, Login
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.certificates import DynamoCertificateStore
from chalicelib.storage.database import Database
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.personal_data import DynamoPersonalItems
from chalicelib.storage.planning import DynamoPlanningStore
from tests.builders import BOND, a_child, a_family, an_attempt, an_invoice
from tests.clock import FixedClock, paris
from tests.every_row import ROWS
from tests.faults import SEVERAL, Case, NextProcess, survives
from tests.services.mail_world import a_mail
from tests.stand_in import PEPPER, REGION, database_for, kept_by_moto, seeded, settings_for

NOW = paris("lundi 2026-11-23 10:00")
TABLES = ("families", "logins", "planning", "journal", "invoices", "payments", "outbox")
OTHER = FamilyId("f-bond-2")
NAMES = {BOND: "007", OTHER: "008"}
"""What ends the names of a family's child, attempt, operation of the treasury."""
ADDED = "james@server.fr"
CERTIFICATE = MadeCertificate(2025, "0123456789abcdef", 1, NOW, 4)
DOCUMENTS = S3FamilyDocuments(region=REGION, bucket=settings_for().bucket)
PDFS = S3PdfStore(region=REGION, bucket=settings_for().bucket)
CERTIFICATES = S3CertificateFiles(region=REGION, bucket=settings_for().bucket)
DIRECTORY = S3DirectoryStore(region=REGION, bucket=settings_for().bucket)
"""Shared by every run: making a client takes longer than using it."""


@dataclass
class World:
    """One process of the operator's, and what the town keeps."""

    settings: Settings

    def __post_init__(self) -> None:
        self.database = database_for(self.settings)

    def again(self) -> "World":
        return World(self.settings)

    def items_of(self, family: FamilyId) -> list[str]:
        """What any table says of a family, the régie's journal left out."""
        found = []
        for row in {row.Meta.table_name: row for row in ROWS}.values():
            for item in self.database.every("test", self.database.bind(row)):
                text = json.dumps(item, sort_keys=True, default=str)
                is_account = item.get("partition", {}).get("S", "").startswith("J#")
                if not is_account and (f'"{family}"' in text or f'-{NAMES[family]}"' in text):
                    found.append(f"{row.Meta.table_name} {text}")
        return sorted(found)

    def documents_of(self, family: FamilyId) -> list[str]:
        """Versions too, of what was deleted too."""
        found = (versions(DOCUMENTS.client(), DOCUMENTS.bucket, folder) for folder in folders_of(family))
        return [one["Key"] for pages in found for there, markers in pages for one in (*there, *markers)]

    @property
    def items(self) -> DynamoPersonalItems:
        return DynamoPersonalItems(self.database, PEPPER)

    @property
    def attempts(self) -> DynamoAttemptStore:
        return DynamoAttemptStore(self.database)

    def accounts(self) -> list[BookLine]:
        return list(DynamoBook(self.database).lines(NOW.date().replace(day=1)))

    def give(self, family: FamilyId) -> tuple[Any, list[tuple[str, bytes]]]:
        items, documents = GivePersonalData(items=self.items, documents=DOCUMENTS)(family)
        return items, list(documents)

    def erase(self, family: FamilyId = BOND) -> int:
        return ErasePersonalData(
            items=self.items,
            documents=DOCUMENTS,
            directory=DIRECTORY,
            families=DynamoFamilyStore(self.database),
            invoices=DynamoInvoiceStore(self.database),
            attempts=self.attempts,
            book=DynamoBook(self.database),
            clock=FixedClock(NOW),
        )(family)


def _live(settings: Settings) -> None:
    """Two families that have used everything."""
    for family, name in NAMES.items():
        _family(database_for(settings), replace(a_family(a_child(ChildId(f"c-{name}"))), id=family), name)
    listed = (ListedChild(ChildId(f"c-{name}"), "James", "BOND", SchoolId("mallerin"), "") for name in NAMES.values())
    DIRECTORY.write(Directory(NOW, {child.id: child for child in listed}), None)


def _family(database: Database, family: Family, name: str) -> None:
    intake, outbox = DynamoIntakeStore(database), DynamoOutbox(database, PEPPER)
    child = family.children[0].id
    intake.put_families([family])
    intake.put_logins([(f"hash-{name}", Login(family.id, child, b"salt", b"secret"))])
    added = NoticeSettings(wanted=True, extra=(Address(f"{name}-{ADDED}", AddressState.CONFIRMED),))
    DynamoNoticeStore(database).save(family.id, added)
    outbox.suppress(f"{name}-{ADDED}", "bounce", NOW)
    outbox.put(replace(a_mail(int(name)), family=family.id))
    slot = Slot(child, ActivityId("cantine"), NOW.date() + timedelta(days=1))
    DynamoPlanningStore(database).save(family.id, JournalEntry(EntryId("1"), NOW, "portail", (Wish(slot, True),)))
    invoice = replace(an_invoice(f"2013-026-000{name}"), family=family.id)
    DynamoInvoiceStore(database).put(invoice, ())
    PDFS.put(family.id, invoice.number, b"%PDF")
    CERTIFICATES.put(family.id, CERTIFICATE.year, b"%PDF")
    DynamoCertificateStore(database).put(family.id, CERTIFICATE, [])
    _pay(database, invoice, name)


def _pay(database: Database, invoice: Invoice, name: str) -> None:
    attempts = DynamoAttemptStore(database)
    attempt = an_attempt(invoice, NOW - timedelta(days=2), id=AttemptId(f"a-{name}"))
    attempts.begin(attempt, invoice, None)
    opened = attempts.opened(attempt, f"idop-{name}", NOW)
    answer = BankAnswer(
        opened.idop, "P", attempt.client_number, attempt.reference, attempt.amount, "T", "A55A", attempt.created_at
    )
    paid = replace(opened, state=AttemptState.PAID, answer=answer)
    DynamoBook(database).write(money_event(opened, paid, invoice, NOW))


lived = seeded(_live)


@contextmanager
def fresh() -> Iterator[World]:
    with lived() as settings:
        yield World(settings)


@pytest.fixture
def world() -> Iterator[World]:
    with fresh() as world:
        yield world


def test_everything_is_given_and_nothing_of_another_s(world: World) -> None:
    PDFS.put(BOND, an_invoice("2013-026-000007").number, b"%PDF")
    items, documents = world.give(BOND)
    assert {table: len(found) for table, found in items.items()} == {
        "families": 4,
        "logins": 1,
        "planning": 1,
        "journal": 1,
        "invoices": 4,
        "payments": 3,
        "outbox": 3,
    }
    assert documents == [
        ("factures/f-bond/2013-026-000007.pdf", b"%PDF"),
        ("attestations/f-bond/2025.pdf", b"%PDF"),
    ]
    text = json.dumps(items, default=str)
    assert "008" not in text
    assert OTHER not in text


def test_who_is_not_there_is_given_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        world.give(FamilyId("f-nobody"))


def test_everything_goes_but_the_accounts(world: World) -> None:
    accounts = world.accounts()
    others = world.items_of(OTHER)
    given = sum(len(found) for found in world.give(BOND)[0].values())
    mine = [line for line in accounts if line.entry.family == BOND]
    assert mine
    assert world.erase() == given - len(mine) + 1, "all that is given but the accounts, and the epoch of its sessions"
    assert world.items_of(BOND) == world.documents_of(BOND) == []
    assert (world.items_of(OTHER), len(world.documents_of(OTHER))) == (others, 2)
    assert world.accounts() == accounts
    assert {line.entry.payer for line in accounts} == {"Jamie BOND"}, "the law keeps who paid"
    assert DynamoOutbox(world.database, PEPPER).suppressed([f"007-{ADDED}", f"008-{ADDED}"]) == {f"008-{ADDED}"}
    assert list(DIRECTORY.read().children) == ["c-008"]
    assert world.erase() == 0


def test_a_child_that_another_family_has_stays_in_the_directory(world: World) -> None:
    shared = a_family(a_child(ChildId("c-007")), a_child(ChildId("c-008")))
    DynamoIntakeStore(world.database).put_families([replace(shared, id=OTHER)])
    world.erase()
    assert list(DIRECTORY.read().children) == ["c-007", "c-008"]


def test_one_that_left_the_other_family_does_not(world: World) -> None:
    gone = a_family(replace(a_child(ChildId("c-007")), left=NOW.date()))
    DynamoIntakeStore(world.database).put_families([replace(gone, id=OTHER)])
    world.erase()
    assert list(DIRECTORY.read().children) == ["c-008"]


def test_a_family_that_owes_is_not_touched(world: World) -> None:
    owed = an_invoice("2013-026-000099")
    DynamoInvoiceStore(world.database).put(owed, ())
    before = world.items_of(BOND)
    with pytest.raises(MoneyBetween) as refused:
        world.erase()
    assert (refused.value.owed, refused.value.under_way) == ((owed.number,), ())
    assert world.items_of(BOND) == before


def again(world: World) -> None:
    """Whoever runs it again finds the family as long as anything of it is there."""
    if not any("PROFILE" in item for item in world.items_of(BOND)):
        assert world.items_of(BOND) == world.documents_of(BOND) == []
    world.erase()


def nothing_is_left(world: World) -> None:
    assert world.items_of(BOND) == world.documents_of(BOND) == []
    assert DynamoOutbox(world.database, PEPPER).suppressed([f"007-{ADDED}"]) == set()
    assert len(world.documents_of(OTHER)) == 2
    assert list(DIRECTORY.read().children) == ["c-008"]
    assert len(world.accounts()) == 2


def test_ended_anywhere_it_finishes_when_it_is_run_again() -> None:
    run_again = NextProcess(of=World.again, kept=kept_by_moto)
    tried = survives(
        Case(fresh=fresh, run=World.erase, recover=again, check=nothing_is_left, ways=SEVERAL, next=run_again)
    )
    assert {fault.call for fault in tried} == {
        *("dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem"),
        *("s3:ListObjectVersions", "s3:DeleteObject", "s3:DeleteObjects", "s3:GetObject", "s3:PutObject"),
    }
