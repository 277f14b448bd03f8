"""The job of the tax certificates ended at any call, then run again: one certificate, told once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chalicelib.settings import Settings
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.wiring_certificates import build_certificates
from tests.aws_calls import counted
from tests.builders import BOND
from tests.clock import paris
from tests.deploying.certifying import a_town_that_certifies
from tests.faults import SEVERAL, Case, NextProcess, survives
from tests.pages.client import HOST
from tests.present import present
from tests.stand_in import PEPPER, database_for, kept_by_moto, seeded

LATER = paris("jeudi 2026-01-08 12:00")


@dataclass
class World:
    """One process of the function, and what the town keeps."""

    settings: Settings

    def again(self) -> "World":
        return World(self.settings)

    def make(self, night: str = "2026-01-02T04:00") -> None:
        stage = replace(self.settings, demo_now=night, origin=f"http://{HOST}")
        build_certificates(stage)(lambda: 900.0)


lived = seeded(a_town_that_certifies)


@contextmanager
def fresh() -> Iterator[World]:
    with lived() as settings:
        yield World(settings)


def made_and_told_once(world: World) -> None:
    job = build_certificates(replace(world.settings, demo_now="2026-01-03T04:00"))
    [family] = job.store.families()
    [made] = family.certificates
    assert (family.id, made.year, made.version) == (BOND, 2025, 1)
    assert job.files.exists(BOND, 2025)
    mails = list(DynamoOutbox(database_for(world.settings), PEPPER).due(LATER, 10))
    assert sorted(mail.to for mail in mails) == ["BOND@server.fr", "jamie.bond@server.fr"]
    assert {mail.facts["again"] for mail in mails} == {""}
    assert present(job.store.looked_on()).isoformat() == "2026-01-02"


def test_ended_anywhere_it_is_finished_by_the_next_run() -> None:
    next_run = NextProcess(of=World.again, kept=kept_by_moto)
    tried = survives(
        Case(fresh=fresh, run=World.make, recover=World.make, check=made_and_told_once, ways=SEVERAL, next=next_run)
    )
    assert {fault.call for fault in tried} >= {
        *("dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems", "s3:PutObject"),
    }


def test_what_a_family_costs() -> None:
    """A first certificate: its invoices, their lines, who is told, the PDF, the note with its e-mails. A night after:
    the invoices and their lines."""
    whole_town = ["dynamodb:GetItem", "dynamodb:GetItem", "dynamodb:Scan"]
    end = ["dynamodb:UpdateItem"]
    with fresh() as world:
        with counted() as first:
            world.make()
        with counted() as after:
            world.make("2026-01-03T04:00")
        with counted() as same_night:
            world.make("2026-01-03T04:15")
    look = ["dynamodb:Query", "dynamodb:BatchGetItem"]
    told = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems"]
    assert first.names == [*whole_town, *look, "s3:PutObject", *told, *end]
    assert after.names == [*whole_town, *look, *end]
    assert same_night.names == ["dynamodb:GetItem"]
