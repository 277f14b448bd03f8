"""Families: one Query gives the payer and the children."""

from collections.abc import Iterable, Iterator
from datetime import date

from chalicelib.rules.families import Child, Enrolment, Family
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, SchoolId
from chalicelib.storage import keys
from chalicelib.storage.database import Database
from chalicelib.storage.rows import FamilyRow


class DynamoFamilyStore:
    """``FamilyStore``. Reads may be a second old: only the import and the operator write families."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(FamilyRow)

    def find(self, family: FamilyId) -> Family | None:
        items = self.database.pages("families.find", self.rows, family)
        return family_of(self.rows.from_raw_data(item) for item in items)


def family_of(rows: Iterable[FamilyRow]) -> Family | None:
    """The family that the rows of one key hold, None without a profile."""
    profile: FamilyRow | None = None
    epoch = 0
    children: list[FamilyRow] = []
    for row in rows:
        if row.part == keys.PROFILE:
            profile = row
        elif row.part == keys.EPOCH:
            epoch = int(row.epoch)
        else:
            children.append(row)
    if profile is None:
        return None
    return Family(
        id=FamilyId(profile.family),
        payer=profile.payer,
        email=profile.email,
        session_epoch=epoch,
        children=tuple(_child(row) for row in sorted(children, key=lambda row: row.rank)),
    )


def rows_of(rows: type[FamilyRow], family: Family) -> Iterator[FamilyRow]:
    """The profile and the children. The epoch has a row of its own, see ``keys.EPOCH``."""
    yield rows(family.id, keys.PROFILE, payer=family.payer, email=family.email)
    for rank, child in enumerate(family.children):
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
        )


def _child(row: FamilyRow) -> Child:
    return Child(
        id=ChildId(row.part.removeprefix(keys.CHILD)),
        code=row.code,
        first_name=row.first_name,
        last_name=row.last_name,
        school=SchoolId(row.school),
        class_name=row.class_name,
        enrolments=tuple(_enrolment(str(text)) for text in row.enrolments),
    )


def _enrolment_text(enrolment: Enrolment) -> str:
    """``cantine|ro|2015-09-01|2016-07-05``: activity, read-only or not, first and last day or nothing."""
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
