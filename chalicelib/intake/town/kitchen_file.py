"""``[[services]]`` and ``[[commandes]]`` of town.toml -> the canteen's sittings, and what is sent to the kitchen."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from chalicelib.intake.emails import email_fault
from chalicelib.intake.files.deadline_words import NotUnderstood
from chalicelib.intake.files.faults import nearest
from chalicelib.intake.files.order_words import EXPECTED, acknowledge_of, margin_of, sending_of
from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.kitchen import Adults, KitchenOrder, Margin, OrderId, Sitting, slug_of

MOST_ADULTS = 1000
MOST_ORDERS, MOST_ADDRESSES = 20, 10
Activities = Collection[ActivityId]
Schools = Collection[SchoolId]
Id = TypeVar("Id", bound=str)


def read_sittings(table: Table, activities: Activities, schools: Schools) -> tuple[Sitting, ...]:
    """Every sitting, in the order of the file: the first that takes a child has it."""
    read = []
    for entry in table.tables("services"):
        read.append(
            Sitting(
                label=entry.text("nom"),
                activities=frozenset(_named(entry, "activites", activities, "une activité")),
                schools=frozenset(_known(entry, "ecoles", schools)),
                classes=tuple(_classes(entry)),
            )
        )
        entry.close()
    return tuple(read)


def read_orders(
    table: Table, activities: Activities, schools: Schools, sittings: Sequence[Sitting]
) -> tuple[KitchenOrder, ...]:
    listed = table.tables("commandes")
    if len(listed) > MOST_ORDERS:
        table.fault("commandes", f"{len(listed)} commandes ; attendu : {MOST_ORDERS} au plus")
    read: dict[str, KitchenOrder] = {}
    for entry in listed[:MOST_ORDERS]:
        order = _read_order(entry, activities, schools, sittings)
        entry.close()
        if order.id in read:
            entry.fault("nom", f"deux commandes portent le nom « {order.label} » ; attendu : des noms différents")
        read[order.id] = order
    return tuple(read.values())


def _read_order(entry: Table, activities: Activities, schools: Schools, sittings: Sequence[Sitting]) -> KitchenOrder:
    label = entry.text("nom")
    if label and not slug_of(label):
        entry.fault("nom", f"« {label} » n'a ni lettre ni chiffre ; attendu par exemple : « Cantine »")
    acknowledge = entry.text("accuse-avant", needed=False)
    return KitchenOrder(
        id=OrderId(slug_of(label)),
        label=label,
        to=_addresses(entry),
        activities=tuple(_named(entry, "activites", activities, "une activité")),
        schools=frozenset(_known(entry, "ecoles", schools)),
        sendings=tuple(
            sending
            for text in _needed(entry, "envois", EXPECTED)
            if (sending := entry.understood("envois", sending_of, text))
        ),
        margin=_margin(entry),
        adults=tuple(_adults(entry, schools, {sitting.label for sitting in sittings})),
        acknowledge=entry.understood("accuse-avant", acknowledge_of, acknowledge) if acknowledge else None,
        pai_names=entry.flag("noms-pai"),
    )


def _addresses(entry: Table) -> tuple[str, ...]:
    read = _needed(entry, "a", 'attendu par exemple : a = ["cuisine@traiteur.example"]')
    for email in read:
        if wrong := email_fault(email):
            entry.fault("a", wrong)
    alike = {email.casefold() for email in read}
    if len(alike) < len(read) or len(read) > MOST_ADDRESSES:
        entry.fault("a", f"« a » a des adresses en trop ; attendu : {MOST_ADDRESSES} adresses différentes au plus")
    return tuple(read)


def _needed(entry: Table, key: str, expected: str) -> list[str]:
    """A list with at least one text."""
    read = [text.strip() for text in entry.texts(key)]
    if not read and not isinstance(entry.read.get(key), str | int | dict):
        entry.fault(key, f"il manque « {key} » dans [[{entry.path[0]}]] ; {expected}")
    return read


def _named(entry: Table, key: str, known: Collection[Id], what: str) -> list[Id]:
    """The same, at least one."""
    if not entry.read.get(key):
        entry.fault(key, f"il manque « {key} » dans [[{entry.path[0]}]] ; attendu : {what} au moins")
    return _known(entry, key, known)


def _known(entry: Table, key: str, known: Collection[Id]) -> list[Id]:
    """Those of ``known`` that the list ``key`` names, in their own order; other names are faults."""
    names = entry.texts(key)
    for name in names:
        if name not in known:
            entry.fault(key, f"« {name} » n'existe pas ; {nearest(name, list(map(str, known)))}")
    return [one for one in known if one in names]


def _classes(entry: Table) -> list[str]:
    read = [name.strip() for name in entry.texts("classes")]
    for name in read:
        if not slug_of(name):
            entry.fault("classes", f"« {name} » ne nomme pas de classe ; attendu par exemple : « CP »")
    return read


def _margin(entry: Table) -> Margin:
    value = entry.any("marge")
    if value is None:
        return Margin()
    try:
        return margin_of(value)
    except NotUnderstood as error:
        entry.fault("marge", f"marge : {error}")
        return Margin()


def _adults(entry: Table, schools: Schools, sittings: Collection[str]) -> list[Adults]:
    """``{ mallerin = 6, ferry = { "1er service" = 2, "2e service" = 3 } }``."""
    table = entry.table("adultes", needed=False)
    given = table.read if table else {}
    for name in given.keys() - set(schools):
        entry.fault("adultes", f"l'école « {name} » n'existe pas ; {nearest(name, list(map(str, schools)))}")
    read = []
    for school in schools:
        value = given.get(school, {})
        by_sitting: Mapping[str, object] = value if isinstance(value, dict) else {"": value}
        for sitting, count in by_sitting.items():
            if sitting and sitting not in sittings:
                entry.fault("adultes", f"le service « {sitting} » n'existe pas ; {nearest(sitting, list(sittings))}")
            if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_ADULTS:
                entry.fault("adultes", f"adultes, {school} : « {count} » ; attendu : un nombre de repas")
            else:
                read.append(Adults(school, sitting, count))
    return read
