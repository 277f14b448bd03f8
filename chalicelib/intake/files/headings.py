"""The titles of a list: which column is where, what is missing, what is there and not read."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from chalicelib.intake.files.columns import Columns, title_key
from chalicelib.intake.files.faults import TOWN_FILES, Faults, FileLine
from chalicelib.values import Value

TOWN_TOML = TOWN_FILES[0]
LEAST_LIKENESS = 0.6
LONGEST_TITLE = 60


class Heading(Value):
    """``columns`` has the name of the column at each place, empty where the column is not read; ``titles`` has what is
    written there, as titles are compared."""

    columns: Sequence[str]
    titles: Sequence[str]


def heading(cells: list[str], where: FileLine, columns: Columns, faults: Faults) -> Heading | None:
    """The columns in the file's order; None after a fault, because then no row can be read."""
    typed = [cell.strip() for cell in cells]
    while typed and not typed[-1]:
        typed.pop()
    found = [columns.of_title(title) or "" for title in typed]
    if len(typed) < len(columns.needed) and not any(found):
        faults.add_unread(
            where,
            "une ligne est au-dessus des titres ; "
            f"attendu : les titres {', '.join(columns.names)} sur la première ligne",
        )
        return None
    before = faults.count
    unread = [title for title, column in zip(typed, found, strict=True) if title and not column]
    for column in dict.fromkeys(column for column in found if column):
        if found.count(column) > 1:
            times = [title for title, one in zip(typed, found, strict=True) if one == column]
            faults.add(where, f"la colonne « {column} » est là {len(times)} fois ({', '.join(times)}) ; attendu : une")
    missing = [column for column in columns.needed if column not in found]
    if missing and TOWN_TOML in faults.unread:
        # The town's own titles are in a file that cannot be read.
        faults.unread.add(where.file)
        return None
    if missing:
        faults.add(where, _missing(where.file, missing, unread, columns))
    if faults.count != before:
        faults.unread.add(where.file)
        return None
    if not_read := _not_read(where.file, typed, found, columns):
        faults.remarks.add(where, not_read)
    return Heading(found, [title_key(title) for title in typed])


def _missing(file: str, missing: list[str], unread: list[str], columns: Columns) -> str:
    several = len(missing) > 1
    named = ", ".join(f"« {columns.shown(column)} »" for column in missing)
    said = f"il manque {'les colonnes' if several else 'la colonne'} {named}"
    likely = {column: title for column in missing if (title := _likely(column, missing, unread))}
    if not likely:
        return f"{said} ; attendu : {', '.join(columns.names)}"
    return f"{said} ; attendu : {', '.join(columns.names)}, ou, si c'est elle, {_mapped(file, likely)}"


def _likely(column: str, missing: list[str], unread: list[str]) -> str:
    """The title that the missing column seems to have in this file; empty when none does."""
    may_be = [title for title in unread if title.isprintable() and len(title) <= LONGEST_TITLE]
    keys = {title_key(title): title for title in may_be}
    close = get_close_matches(column, list(keys), n=1, cutoff=LEAST_LIKENESS)
    if close:
        return keys[close[0]]
    return may_be[0] if len(missing) == len(may_be) == 1 else ""


def _not_read(file: str, typed: list[str], found: list[str], columns: Columns) -> str:
    """The remark about columns that are not read; empty when all are."""
    places = [place for place, column in enumerate(found) if not column]
    if not places:
        return ""
    several = len(places) > 1
    named = ", ".join(f"« {typed[place][:LONGEST_TITLE] or f'colonne {place + 1}, sans titre'} »" for place in places)
    absent = [column for column in columns.optional if column not in found]
    unread = [typed[place] for place in places if typed[place]]
    likely = {column: title for column in absent if (title := _likely(column, absent, unread))}
    said = f"les colonnes {named} ne sont pas lues" if several else f"la colonne {named} n'est pas lue"
    if likely:
        return f"{said} ; attendu : rien, ou, si c'est elle, {_mapped(file, likely)}"
    return f"{said} ; attendu : rien si elle{'s' if several else ''} ne ser{'vent' if several else 't'} pas au portail"


def _mapped(file: str, titles: Mapping[str, str]) -> str:
    """What the town would write in town.toml: column -> title."""
    lines = ", ".join(f"« {column} = {_quoted(title)} »" for column, title in titles.items())
    return f"{lines} sous « [listes.{file.removesuffix('.csv')}] » dans town.toml"


def _quoted(title: str) -> str:
    """The title as a TOML text."""
    return f"'{title}'" if '"' in title else f'"{title}"'
