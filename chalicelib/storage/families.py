"""Families: one Query gives the payer and the children."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from chalicelib.rules.families import Child, Enrolment, Family, MadeCertificate
from chalicelib.rules.ids import ActivityId, DietId, FamilyId, SchoolId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.storage import keys
from chalicelib.storage.database import Database, RawItem
from chalicelib.storage.rows import FamilyRow


class DynamoFamilyStore:
    """``FamilyStore``. Reads may be a second late: a session that was ended may open one more page."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(FamilyRow)

    def find(self, family: FamilyId) -> Family | None:
        return family_of(self.database.pages("families.find", self.rows, family))

    def end_session(self, family: FamilyId, nonce: str, until: datetime) -> None:
        row = self.rows(family, keys.signed_out(nonce))
        expires = datetime.fromisoformat(instant_text(until)).timestamp()
        self.database.update("families.end_session", row, [self.rows.expires.set(int(expires))])

    def raise_epoch(self, family: FamilyId) -> int:
        row = self.rows(family, keys.EPOCH)
        self.database.update("families.raise_epoch", row, [self.rows.epoch.add(1)])
        return int(row.epoch)


def family_of(items: Iterable[RawItem]) -> Family | None:
    """The family in the items of one key; None without a profile.

    It reads the items without pynamodb's models: every page begins with this, and a model for each row would cost more
    than the Query.
    """
    profile: RawItem | None = None
    epoch = 0
    children: list[RawItem] = []
    ended: list[str] = []
    certificates: list[MadeCertificate] = []
    for item in items:
        part = item["part"]["S"]
        if part == keys.PROFILE:
            profile = item
        elif part == keys.EPOCH:
            epoch = int(item["epoch"]["N"])
        elif part.startswith(keys.CHILD):
            children.append(item)
        elif part.startswith(keys.OUT):
            ended.append(part.removeprefix(keys.OUT))
        elif part.startswith(keys.CERTIFICATE):
            certificates.append(certificate_of(item))
    if profile is None:
        return None
    children.sort(key=lambda item: int(item["rank"]["N"]))
    return Family(
        id=FamilyId(profile["family"]["S"]),
        payer=profile["payer"]["S"],
        email=profile["email"]["S"],
        session_epoch=epoch,
        children=tuple(_child(item) for item in children if "elsewhere" not in item),
        former=tuple(_child(item) for item in children if "elsewhere" in item),
        ended_sessions=frozenset(ended),
        address=tuple(line["S"] for line in profile["address"]["L"]) if "address" in profile else (),
        direct_debit="direct_debit" in profile,
        certificates=tuple(sorted(certificates, key=lambda one: -one.year)),
    )


def families_among(items: Iterable[RawItem]) -> Iterator[Family]:
    """The families of a scan, which gives the items of one partition together."""
    for _, parts in itertools.groupby(items, key=lambda item: item["family"]["S"]):
        if family := family_of(parts):
            yield family


def certificate_of(item: RawItem) -> MadeCertificate:
    return MadeCertificate(
        year=keys.certified_year(item["part"]["S"]),
        tag=item["hash"]["S"],
        version=int(item["version"]["N"]),
        made_at=instant_of(item["at"]["S"]),
        pdf_bytes=int(item["pdf_bytes"]["N"]),
    )


def rows_of(rows: type[FamilyRow], family: Family) -> Iterator[FamilyRow]:
    """The profile and the children. The epoch has a row of its own, see ``keys.EPOCH``."""
    yield rows(
        family.id,
        keys.PROFILE,
        payer=family.payer,
        email=family.email,
        address=list(family.address) or None,
        direct_debit=family.direct_debit or None,
    )
    here = len(family.children)
    for rank, child in enumerate((*family.children, *family.former)):
        yield rows(
            family.id,
            keys.child_part(child.id),
            rank=rank,
            code=child.code,
            first_name=child.first_name,
            last_name=child.last_name,
            school=child.school,
            class_name=child.class_name,
            enrolments=[_enrolment_text(enrolment) for enrolment in child.enrolments],
            left=child.left.isoformat() if child.left else None,
            unsettled=child.unsettled or None,
            elsewhere=rank >= here or None,
            birth=child.birth.isoformat() if child.birth else None,
            diet=child.diet,
            pai=child.pai or None,
        )


def _child(item: RawItem) -> Child:
    return Child(
        id=keys.child_of(item["part"]["S"]),
        code=item["code"]["S"],
        first_name=item["first_name"]["S"],
        last_name=item["last_name"]["S"],
        school=SchoolId(item["school"]["S"]),
        class_name=item["class_name"]["S"],
        enrolments=_enrolments_of(item),
        left=date.fromisoformat(item["left"]["S"]) if "left" in item else None,
        unsettled="unsettled" in item,
        birth=date.fromisoformat(item["birth"]["S"]) if "birth" in item else None,
        diet=DietId(item["diet"]["S"]) if "diet" in item else None,
        pai="pai" in item,
    )


def _enrolments_of(item: RawItem) -> tuple[Enrolment, ...]:
    """The enrolments of the child in this item."""
    return tuple(_enrolment(one["S"]) for one in item["enrolments"]["L"])


def _enrolment_text(enrolment: Enrolment) -> str:
    """``cantine|ro|2015-09-01|2016-07-05``: activity, read-only or not, first and last day (each may be empty)."""
    first, last = (day.isoformat() if day else "" for day in (enrolment.first, enrolment.last))
    return f"{enrolment.activity}|{'ro' if enrolment.read_only else ''}|{first}|{last}"


def _enrolment(text: str) -> Enrolment:
    activity, read_only, first, last = text.split("|")
    return Enrolment(
        activity=ActivityId(activity),
        read_only=bool(read_only),
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
    )
