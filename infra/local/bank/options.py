"""What the simulator does on purpose: its faults, and how it tells the portal."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

FAULTS = frozenset({"", "999", "502", "503", "html", "truncated", "slow", "reset", "reset_after", "dtd"})
WRONGS = frozenset({"", "numcli", "refdet", "saisie", "idop", "montant", "letter", "future", "unreadable", "dateless"})
CHOICES: Mapping[str, frozenset[str]] = {
    "fault": FAULTS,
    "answer_wrong": WRONGS,
    "fault_on": frozenset({"", "creerPaiementSecurise", "recupererDetailPaiementSecurise", "recupererDetailClient"}),
    "notify": frozenset({"now", "before", "after", "lost"}),
    "notify_name": frozenset({"idop", "idOp", "IDOP"}),
    "answer_name": frozenset({"idop", "idOp"}),
    "notify_method": frozenset({"POST", "GET"}),
}
SAISIES = frozenset("TXWAM")


class BadOption(ValueError):
    """Not an option of the simulator, or not a value that it takes."""


@dataclass(frozen=True)
class BankOptions:
    """Everything that a test or the admin page may set. ``slow_seconds`` and ``latency`` are seconds of the real
    machine. ``notify_delay``, ``late_after`` and ``abandon_lives`` are seconds of the virtual clock, ``fault_hours``
    are hours of it."""

    saisies: str = "TX"
    """Accepted letters of ``saisie``. W and A mean real payments, and are refused unless they are in it."""
    most: int = 999_999
    """Most that one payment may be, in cents."""
    latency: float = 0.0
    answer_name: str = "idOp"
    short_exer: bool = False
    """Answer ``20`` for ``2026``, as was recorded from the real service."""
    answer_wrong: str = ""
    """What is wrong in every answer about a result, beside what is wrong for one operation."""
    unknown_letter: str = "Q"
    other_amount: int = 100
    """Cents beyond what was asked that the card for it takes; below 0, it takes less."""
    fault: str = ""
    """``reset_after``, ``truncated``, ``slow`` and ``dtd`` happen after the request was done, the other faults
    before."""
    fault_on: str = ""
    fault_times: int = 0
    """How many more requests it strikes; 0 means all, until it is changed."""
    fault_hours: float = 0.0
    """How long it strikes; 0 means until it is changed."""
    slow_seconds: float = 20.0
    late_after: float = 120.0
    abandon_lives: float = 0.0
    """Seconds for which an abandoned payment can still be paid; the real service allows two minutes."""
    double_paid: bool = False
    """Whether a paid operation makes every other open operation of the same debt paid too."""
    notify: str = "now"
    """``before``: before the confirmation page. ``after``: when the parent goes back to the portal."""
    notify_delay: float = 0.0
    notify_copies: int = 1
    notify_name: str = "idop"
    notify_method: str = "POST"
    url_uppercase: bool = False

    def changed(self, wanted: Mapping[str, Any]) -> "BankOptions":
        """These options with the wanted values in place of some. Raises BadOption."""
        known = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in wanted.items():
            if name not in known or not _fits(name, value, known[name]):
                raise BadOption(f"{name}={value!r}")
        return replace(self, **wanted)

    def read(self, name: str, text: str) -> Any:
        """A form's text as the value of option ``name``. Raises BadOption."""
        current = getattr(self, name, None)
        try:
            match current:
                case bool():
                    return text == "true"
                case int() | float():
                    return type(current)(text)
        except ValueError as error:
            raise BadOption(f"{name}={text!r}") from error
        return text


def _fits(name: str, value: object, kind: type) -> bool:
    if name == "saisies":
        return isinstance(value, str) and set(value) <= SAISIES
    if name in CHOICES:
        return value in CHOICES[name]
    if name == "unknown_letter":
        return isinstance(value, str) and len(value) == 1 and value.isalpha()
    if name == "other_amount":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1_000_000
    if kind is bool:
        return isinstance(value, bool)
    numeric = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    return numeric and 0 <= float(value) < 1e12  # type: ignore[arg-type]
