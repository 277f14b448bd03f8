"""What the command lines have in common, in French: argparse's own sentences, and what the portal tells operators."""

import argparse
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

MISUSED = 2
"""Exit status of a command that could not start."""
NOT_UNDERSTOOD = "la commande n'est pas comprise"
_SENTENCES = {
    r"the following arguments are required: (.+)": "il manque : {0}",
    r"unrecognized arguments: (.*)": "« {0} » n'est pas prévu",
    r"argument (.+): expected one argument": "« {0} » attend une valeur",
    r"argument (.+): ignored explicit argument '(.*)'": "« {0} » n'attend pas de valeur, et « {1} » en est une",
    r"argument (.+): (« .+)": "« {0} » : {1}",
    r"ambiguous option: (.+) could match (.+)": "« {0} » est trop court ; attendu : {1}",
}
"""What argparse says -> what is said in its place. The fault of a value begins with the value between guillemets."""


class FrenchParser(argparse.ArgumentParser):
    """Options go to ``options``, all other arguments to ``needed``. A command line that it does not understand ends
    with 2 and a sentence."""

    def __init__(self, *, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, add_help=False, formatter_class=_FrenchHelp)
        self.needed = self.add_argument_group("à donner ")
        self.options = self.add_argument_group("options ")
        self.options.add_argument("-h", "--help", "--aide", action="help", help="montre cette aide et s'arrête")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(MISUSED, f"{self.prog} : {in_french(message)}.\n")


class _FrenchHelp(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or "utilisation : ")


def in_french(message: str) -> str:
    """What argparse means by ``message``; for a new sentence, only that the command line was not understood."""
    for pattern, sentence in _SENTENCES.items():
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence.format(*found.groups())
    return NOT_UNDERSTOOD


def for_operators(said: Exception) -> str:
    """A line that quotes, as somebody else's words, what a part of the portal says in English."""
    return f"Pour l'exploitant du portail : « {said} »\n"
