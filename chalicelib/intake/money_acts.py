"""What an import does with money that was counted already, in words."""

from enum import Enum


class MoneyAct(Enum):
    """An act of the régie. Its value is its title in the preview and in the report."""

    TAKEN_BACK = "Règlements repris"
    REVERSAL = "Contre-passations"
    CREDIT = "Avoirs donnés"
    DECISION = "Décisions"
    REFUND = "Remboursements"

    @property
    def is_feminine(self) -> bool:
        return self in {MoneyAct.REVERSAL, MoneyAct.DECISION}
