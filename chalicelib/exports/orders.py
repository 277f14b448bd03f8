"""An order of the kitchen as a list for a spreadsheet: with its e-mail, and by hand, without sending anything."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from chalicelib.exports.csv_out import Bare, csv_bytes, day_of
from chalicelib.rules.errors import NotFound
from chalicelib.rules.order_counts import OrderVersion
from chalicelib.rules.order_times import Occasion, served_on
from chalicelib.rules.town import Town
from chalicelib.services.order_words import NO_DIET, NO_SITTING, diet_words, school_words
from chalicelib.services.ordering import HORIZON, MakeOrder

HEADS = ("commande", "numero", "jour", "ecole", "service", "regime", "repas")
MARGIN, ADULTS = "marge", "adultes"


def order_csv(version: OrderVersion) -> bytes:
    """One row for each school, sitting and diet of each day, then margins and adults: the rows add up to what is
    ordered."""
    return csv_bytes(HEADS, _rows(version))


def order_by_hand(make: MakeOrder, town: Town, label: str, days: Sequence[date], now: datetime) -> OrderVersion:
    """What the order named ``label`` would say of ``days`` (sorted) a little before ``now``. Nothing is kept or sent.

    Days on which nothing is open are left out. Raises NotFound when the town has no such order, or no day is left;
    Unavailable.
    """
    order = next((one for one in town.orders if label in {one.label, one.id}), None)
    served = tuple(day for day in days if order and served_on(town, order, day))
    if order is None or not served:
        raise NotFound("order")
    version, _ = make(town, order, Occasion(now - HORIZON, served))
    return version


def _rows(version: OrderVersion) -> Iterator[Sequence[str]]:
    figures, order = version.figures, (version.label, Bare(version.number))
    for line in figures.lines:
        diet = diet_words(version, line.diet) if line.diet else NO_DIET
        where = (day_of(line.day), school_words(version, line.school), line.sitting or NO_SITTING)
        yield (*order, *where, diet, Bare(line.count))
    for place in figures.places:
        if place.margin:
            yield (*order, day_of(place.day), school_words(version, place.school), "", MARGIN, Bare(place.margin))
    for adults in figures.adults:
        where = (day_of(adults.day), school_words(version, adults.school), adults.sitting)
        yield (*order, *where, ADULTS, Bare(adults.count))
