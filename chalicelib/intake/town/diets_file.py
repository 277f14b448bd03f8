"""``[regimes]`` of town.toml -> the diets that children may have, in the order of the file. A town may have none."""

from chalicelib.intake.files.toml_tables import Table
from chalicelib.intake.town.activity_file import slug_fault
from chalicelib.rules.ids import DietId


def read_diets(table: Table) -> dict[DietId, str]:
    """Identifier -> label, as ``[ecoles]`` is written."""
    listed = table.table("regimes", needed=False)
    if listed is None:
        return {}
    for name in listed.read:
        if wrong := slug_fault(name):
            listed.fault(name, wrong)
    return {DietId(name): listed.text(name) for name in listed.read}
