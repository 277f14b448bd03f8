"""A month on a command line."""

import argparse
from datetime import date, datetime


def month_of(text: str) -> date:
    """``2026-11`` -> its first day. Raises argparse's own error, in French, for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no hour
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas un mois ; attendu par exemple : 2026-11") from error
