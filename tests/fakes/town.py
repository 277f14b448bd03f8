"""The town's configuration in memory."""

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.planning import TownDays
from chalicelib.rules.town import Town


class MemoryTown:
    """``TownStore`` that never changes its mind until a test sets ``town``."""

    def __init__(self, town: Town | None = None) -> None:
        self.town = town
        self._days: TownDays | None = None

    def current(self) -> Town:
        if self.town is None:
            raise Unavailable("town.current: no configuration was imported yet")
        return self.town

    def days(self) -> TownDays:
        if self._days is None or self._days.town is not self.current():
            self._days = TownDays(self.current())
        return self._days
