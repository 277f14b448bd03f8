"""``[facturation]`` of town.toml -> the columns and the words of the billing file."""

from chalicelib.intake.files.faults import nearest
from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.billing import FACTS, Billing, BillingCode

MOST_CHARACTERS = 60


def read_billing(table: Table) -> Billing:
    read = table.table("facturation", needed=False)
    if read is None:
        return Billing()
    columns, codes = _columns(read.table("colonnes", needed=False)), _codes(read.table("codes", needed=False))
    read.close()
    return Billing(columns, codes) if columns else Billing(codes=codes)


def _columns(table: Table | None) -> tuple[tuple[str, str], ...]:
    """``{ "Code famille" = "payeur" }``: the titles in their order; empty when the town says nothing of them."""
    if table is None:
        return ()
    columns = []
    for title in table.read:
        fact = table.text(title)
        if fact and fact not in FACTS:
            table.fault(title, f"« {fact} » n'est pas une donnée de la facturation ; {nearest(fact, list(FACTS))}")
        if not title.strip() or len(title) > MOST_CHARACTERS:
            shown = title[:MOST_CHARACTERS]
            table.fault(title, f"« {shown} » ; attendu : un titre de {MOST_CHARACTERS} signes au plus")
        columns.append((title.strip(), fact))
    if not columns:
        table.fault("", 'aucune colonne ; attendu par exemple : colonnes = { "Code famille" = "payeur" }')
    return tuple(columns)


def _codes(table: Table | None) -> dict[BillingCode, str]:
    if table is None:
        return {}
    codes = {code: table.text(code.value) for code in BillingCode if code.value in table}
    table.close()
    return codes
