"""``[listes]`` of town.toml: the titles that the town's own software gives to the columns of its lists."""

from chalicelib.intake.files.columns import COLUMNS, Titles, title_key
from chalicelib.intake.files.faults import nearest, plain
from chalicelib.intake.files.toml_tables import Table

COMPLETE, PAYMENTS = "complet", "reglements"
"""A key of [listes.reglements] that is no column."""
YES_OR_NO = {"oui": True, "non": False}


def read_titles(table: Table) -> Titles:
    """``[listes.enfants]`` with lines like ``code_enfant = "N° élève"``. Wrong names are faults."""
    listed = table.table("listes", needed=False)
    titles: dict[str, dict[str, str]] = {}
    for name, entry in listed.named_tables() if listed else ():
        file = f"{name}.csv"
        if file not in COLUMNS:
            known = [one.removesuffix(".csv") for one in COLUMNS]
            entry.fault("", f"la liste « {name} » n'existe pas ; {nearest(name, known)}")
            continue
        titles[file] = _titles_of(entry, COLUMNS[file].names)
    return titles


def read_complete(table: Table) -> bool:
    """Whether ``[listes.reglements]`` says ``complet = "oui"``: the list has all payments of the invoices that it is
    about."""
    listed = table.table("listes", needed=False)
    for name, entry in listed.named_tables() if listed else ():
        if name == PAYMENTS and COMPLETE in entry.read:
            said = YES_OR_NO.get(plain(str(entry.read[COMPLETE])))
            if said is None:
                wrong = f'« {COMPLETE} » n\'est pas compris ; attendu : "oui" ou "non", entre guillemets'
                entry.fault(COMPLETE, wrong)
            return bool(said)
    return False


def _titles_of(entry: Table, columns: list[str]) -> dict[str, str]:
    titles: dict[str, str] = {}
    columns_of: dict[str, str] = {}
    for column in entry.read:
        if column == COMPLETE and entry.path[-1:] == (PAYMENTS,):
            continue
        if column not in columns:
            entry.fault(column, f"la colonne « {column} » n'existe pas ; {nearest(column, columns)}")
            continue
        title = entry.text(column)
        if earlier := columns_of.get(title_key(title)):
            wrong = f"« {title} » est déjà le titre de « {earlier} » ; attendu : un titre différent pour chaque colonne"
            entry.fault(column, wrong)
        titles[column] = title
        columns_of[title_key(title)] = column
    return titles
