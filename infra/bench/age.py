"""The same pages for a family of fifteen years in a large town, and for younger families in a small one.

Three years fill the list of last changes as well as fifteen do; a new family shows what an empty list and a planning
without bookings save.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from chalicelib.rules.families import Child, Enrolment, Family
from chalicelib.rules.ids import ActivityId, ChildId, EntryId, FamilyId, SchoolId
from chalicelib.rules.instants import instant_text
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.ports import JournalEntry, Login
from chalicelib.storage.database import Database
from chalicelib.storage.intake import DynamoIntakeStore
from infra.bench.measure import Figure, in_turns
from infra.bench.parent import Parent, call
from infra.bench.portal import portal_app
from infra.local.tables import create_tables

FAMILIES = 20_000
WITH_BOOKINGS = 500
YEARS = 15
WEEKS = 36
CANTEEN = ActivityId("cantine")
PAYER = "BENCHMARK1"
LOADED = (
    f"large town: {FAMILIES:,} families of 2 children, a booked week for {WITH_BOOKINGS} of them; old family: "
    f"5 children, {YEARS} years of {WEEKS} weeks, every meal booked, one save a week"
)
PAGES = ("/planning", "/modifications", "/enfants")


def compare(environment: Mapping[str, str]) -> list[Figure]:
    """``environment`` is the demo town's; the two towns share its configuration."""
    configuration = store_of(environment, environment["PORTAL_TABLES"]).current_town()
    if configuration is None:
        raise RuntimeError("the demo town was not imported")
    now = datetime.fromisoformat(environment["DEMO_NOW"]).replace(tzinfo=UTC)
    towns = {name: {**environment, "PORTAL_TABLES": name} for name in ("small", "large")}
    for name, settings in towns.items():
        create_tables(settings["PORTAL_AWS_ENDPOINT"], name)
        store_of(settings, name).put_town(configuration, now)
    monday = (now - timedelta(days=now.weekday())).date()
    coming = list(_weeks(monday, 6))
    past = list(islice(_weeks(monday - timedelta(weeks=WEEKS * YEARS), WEEKS * YEARS), WEEKS * YEARS))
    _crowd(store_of(towns["large"], "large"), coming[0])
    settle(towns["large"], family_of("old", 5), [*past, *coming])
    settle(towns["small"], family_of("same", 5), [*past[-3 * WEEKS :], *coming])
    settle(towns["small"], family_of("new", 2), [])
    return _figures(towns)


def _figures(towns: Mapping[str, Mapping[str, str]]) -> list[Figure]:
    small = portal_app(towns["small"])
    old = Parent(portal_app(towns["large"]), "old-0", PAYER)
    figures = []
    for code, who in (("same-0", "of 3 years, small town"), ("new-0", "new, 2 children, small town")):
        young = Parent(small, code, PAYER)
        for page in PAGES:
            events = old.event(page), young.event(page)
            ours, base = in_turns(
                lambda e=events[0]: call(old.handler, e, 200),  # type: ignore[misc]
                lambda e=events[1], p=young: call(p.handler, e, 200),  # type: ignore[misc]
                rounds=20,
                calls=4,
            )
            figures.append(Figure(f"{page}: old family ÷ one {who}", ours, base, goal=1.1))
    return figures


def store_of(environment: Mapping[str, str], prefix: str) -> DynamoIntakeStore:
    return DynamoIntakeStore(database_of(environment, prefix))


def database_of(environment: Mapping[str, str], prefix: str) -> Database:
    endpoint, region = environment["PORTAL_AWS_ENDPOINT"], environment["AWS_REGION"]
    return Database(region=region, prefix=prefix, endpoint=endpoint)


def family_of(name: str, children: int) -> Family:
    """A family whose first child's code is ``<name>-0`` and whose payer code is ``PAYER``."""
    return Family(
        id=FamilyId(f"f-{name}"),
        payer=f"Jamie {name.upper()}",
        email="",
        session_epoch=0,
        children=tuple(
            Child(
                id=ChildId(f"c-{name}-{n}"),
                code=f"{name}-{n}",
                first_name=f"Enfant{n}",
                last_name=name.upper(),
                school=SchoolId("mallerin"),
                class_name="CP",
                enrolments=tuple(Enrolment(ActivityId(a)) for a in ("cantine", "garderie-matin", "garderie-soir")),
            )
            for n in range(children)
        ),
    )


def settle(environment: Mapping[str, str], family: Family, weeks: list[list[date]]) -> None:
    """Put a family in its town, with its login and one save for each of its weeks."""
    store = store_of(environment, environment["PORTAL_TABLES"])
    first = family.children[0]
    salt = b"sixteen bytes..."
    login = Login(family.id, first.id, salt, secret_of(environment["PORTAL_PEPPER"], PAYER, salt))
    store.put_families([family])
    store.put_logins([(login_key(environment["PORTAL_PEPPER"], first.code), login)])
    for week in weeks:
        _book(store, family, week)


def _crowd(store: DynamoIntakeStore, week: list[date]) -> None:
    store.put_families(family_of(f"crowd{n}", 2) for n in range(FAMILIES))
    for n in range(WITH_BOOKINGS):
        _book(store, family_of(f"crowd{n}", 2), week)


def _book(store: DynamoIntakeStore, family: Family, days: list[date]) -> None:
    at = datetime.combine(days[0], datetime.min.time(), UTC) - timedelta(days=7)
    wishes = tuple(Wish(Slot(child.id, CANTEEN, day), True) for child in family.children for day in days)
    entry = JournalEntry(EntryId(f"{instant_text(at)}#00000000"), at, "internet", wishes)
    store.plannings.save(family.id, entry)


def _weeks(monday: date, count: int) -> Iterator[list[date]]:
    """Mondays, Tuesdays, Thursdays and Fridays of ``count`` weeks."""
    for number in range(count):
        yield [monday + timedelta(weeks=number, days=n) for n in (0, 1, 3, 4)]
