"""Who runs a command: the operator reads lines, answers questions, and waits."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from infra.ops.stage import CannotOperate

Answer = TypeVar("Answer")
PATIENCE = 45 * 60
"""Seconds for a stack to be done: ten minutes to create, seven more for the gradual turn to a new version."""


@dataclass(frozen=True)
class Operator:
    """``say`` a line, ``confirm`` a question, ``pause`` some seconds."""

    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    pause: Callable[[float], None] = time.sleep

    def wait(self, what: str, ask: Callable[[], Answer], good: Callable[[Answer], bool]) -> Answer:
        """Ask once a second until the answer is ``good``. Raises CannotOperate, naming ``what``, when patience ends."""
        for _ in range(PATIENCE):
            answer = ask()
            if good(answer):
                return answer
            self.pause(1)
        raise CannotOperate(f"{what}: still not done after {PATIENCE // 60} minutes; the same command waits again")
