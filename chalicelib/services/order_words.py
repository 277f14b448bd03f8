"""The kitchen's orders in French: what the e-mail, the page, the PDF and the export have in common."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from chalicelib.french.words import day_words, instant_words, listed, plural, typeset
from chalicelib.rules.order_counts import Change, OrderVersion, Place
from chalicelib.services.order_ports import DayWords, OrderSheet, SchoolWords

NO_SCHOOL, NO_SITTING, NO_DIET = "Hors listes", "sans service", "sans régime particulier"
EVERYWHERE, TOTAL = "Toutes les écoles", "total"


def sheet_of(version: OrderVersion) -> OrderSheet:
    return OrderSheet(
        title=f"Commande {version.label} {version.name}",
        figures_of=typeset(f"Chiffres du {instant_words(version.at, year=True)}, pour {_days_words(version.days)}."),
        compared=typeset(_compared(version)),
        changes=tuple(_change_lines(version)),
        days=tuple(_day(version, day) for day in version.days),
    )


def file_name(version: OrderVersion, ending: str) -> str:
    """``commande-cantine-2026-11-30-2.pdf``"""
    return f"commande-{version.order}-{version.first.isoformat()}-{version.number}.{ending}"


def _compared(version: OrderVersion) -> str:
    if not version.compared:
        return "C'est la première commande pour ces jours."
    named = dict.fromkeys(
        f"la commande {one.first.isoformat()} n° {one.number} du {instant_words(one.at)}" for one in version.compared
    )
    said = listed(list(named))
    new = [day for day in version.days if day not in version.known_days]
    more = f" C'est la première pour {_days_words(new)}." if new else ""
    if version.changes:
        return f"{more.strip()} Ce qui a changé depuis {said} :".strip()
    return f"Rien n'a changé depuis {said}.{more}"


def _change_lines(version: OrderVersion) -> Iterator[str]:
    """« lundi 30 novembre – FERRY, CM2 : 24 → 22 », with the diets that moved: « (sans porc : 3 → 2) »."""
    grouped: dict[tuple[date, str, str], list[Change]] = {}
    for change in version.changes:
        grouped.setdefault((change.day, change.school, change.sitting), []).append(change)
    for (day, school, sitting), moved in grouped.items():
        where = ", ".join(text for text in (school_words(version, school), sitting) if text)
        whole = [f"{one.before} → {one.after}" for one in moved if one.diet is None] or ["autant de repas"]
        diets = [f"{version.diets.get(one.diet, one.diet)} : {one.before} → {one.after}" for one in moved if one.diet]
        more = f" ({', '.join(diets)})" if diets else ""
        yield typeset(f"{day_words(day)} – {where} : {whole[0]}{more}")


def _day(version: OrderVersion, day: date) -> DayWords:
    places = sorted((one for one in version.figures.places if one.day == day), key=_school_order(version))
    used = {line.diet for line in version.figures.lines if line.diet}
    diets = [*(diet for diet in version.diets if diet in used), *sorted(used - version.diets.keys())]
    rows = [row for place in places for row in _rows(version, place, diets)]
    total = version.figures.total(day)
    return DayWords(
        title=typeset(f"{day_words(day, year=True)} : {total} repas").capitalize(),
        schools=tuple(_school_words(version, place) for place in places),
        columns=(
            "École",
            "Service",
            "Enfants",
            *(version.diets.get(diet, diet) for diet in diets),
            "Marge",
            "Adultes",
            "À livrer",
        ),
        rows=(*rows, _sum(rows, len(diets))),
    )


def _school_order(version: OrderVersion) -> Callable[[Place], int]:
    ranks = {school: rank for rank, school in enumerate(version.schools)}
    return lambda place: ranks.get(place.school, len(ranks))


def _school_words(version: OrderVersion, place: Place) -> SchoolWords:
    parts = [plural(place.children, "enfant", "enfants")]
    parts += [f"{place.margin} de marge"] if place.margin else []
    parts += [plural(place.adults, "adulte", "adultes")] if place.adults else []
    title = f"{school_words(version, place.school)} : {place.total} repas" + (
        f" ({', '.join(parts)})" * (len(parts) > 1)
    )
    return SchoolWords(typeset(title), tuple(map(typeset, _sitting_lines(version, place))))


def _sitting_lines(version: OrderVersion, place: Place) -> Iterator[str]:
    for sitting in _sittings(version, place):
        by_diet = _bydiet_words(version, place, sitting)
        adults = _adults(version, place, sitting)
        diets = [f"{count} {diet_words(version, diet)}" for diet, count in sorted(by_diet.items()) if diet]
        more = f", dont {listed(diets)}" if diets else ""
        grown = f" ; {plural(adults, 'adulte', 'adultes')}" if adults and sitting else ""
        if sitting or len(_sittings(version, place)) > 1 or more:
            name = sitting or (NO_SITTING if len(_sittings(version, place)) > 1 else "au total")
            yield f"{name} : {plural(by_diet.total(), 'enfant', 'enfants')}{more}{grown}"


def _rows(version: OrderVersion, place: Place, diets: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A row for each sitting, then one for the school when there were several."""
    school, sittings = school_words(version, place.school), _sittings(version, place)
    for sitting in sittings if len(sittings) > 1 else ():
        by_diet = _bydiet_words(version, place, sitting)
        yield (
            school,
            sitting or NO_SITTING,
            str(by_diet.total()),
            *(str(by_diet[diet]) for diet in diets),
            "",
            str(_adults(version, place, sitting)),
            "",
        )
    everybody: Counter[str] = Counter()
    for sitting in sittings:
        everybody += _bydiet_words(version, place, sitting)
    name = TOTAL if len(sittings) > 1 else (sittings[0] if sittings else "")
    counts = (place.children, *(everybody[diet] for diet in diets), place.margin, place.adults, place.total)
    yield (school, name, *map(str, counts))


def _sum(rows: Sequence[tuple[str, ...]], diets: int) -> tuple[str, ...]:
    """The last row: only rows of whole schools have something to deliver."""
    whole = [row for row in rows if row[-1]]
    return (EVERYWHERE, "", *(str(sum(int(row[at]) for row in whole)) for at in range(2, 6 + diets)))


def _sittings(version: OrderVersion, place: Place) -> list[str]:
    """Sittings of a school on a day, those without a name last."""
    figures, where = version.figures, (place.day, place.school)
    found = {one.sitting for one in figures.lines if (one.day, one.school) == where}
    found |= {one.sitting for one in figures.adults if (one.day, one.school) == where and one.sitting}
    return sorted(found, key=lambda sitting: (not sitting, sitting))


def _bydiet_words(version: OrderVersion, place: Place, sitting: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in version.figures.lines:
        if (line.day, line.school, line.sitting) == (place.day, place.school, sitting):
            found[line.diet] += line.count
    return found


def _adults(version: OrderVersion, place: Place, sitting: str) -> int:
    where = (place.day, place.school, sitting)
    return sum(one.count for one in version.figures.adults if (one.day, one.school, one.sitting) == where)


def school_words(version: OrderVersion, school: str) -> str:
    return version.schools.get(school, school) if school else NO_SCHOOL


def _days_words(days: Sequence[date]) -> str:
    return listed([f"le {day_words(day)}" for day in days])


def diet_words(version: OrderVersion, diet: str) -> str:
    return version.diets.get(diet, diet)
