"""``[freins]`` of town.toml: how much one import may change before it stops."""

from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.brakes import Brakes


def read_brakes(table: Table) -> Brakes:
    """``nombre = 20`` and ``pourcent = 5``, each of which may be left out."""
    entry = table.table("freins", needed=False)
    if entry is None:
        return Brakes()
    usual = Brakes()
    count, percent = entry.whole("nombre"), entry.whole("pourcent")
    if percent is not None and percent > 100:
        entry.fault("pourcent", f"« pourcent = {percent} » ; attendu : 100 au plus")
    entry.close()
    return Brakes(usual.count if count is None else count, usual.percent if percent is None else percent)
