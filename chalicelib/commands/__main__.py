"""``python -m chalicelib.commands import DIR [--verifier]``, ``… export DIR [--jour 2026-11-22]``, ``… codes DIR``,
``… controle --mois 2026-11``."""

import os
import sys

from chalicelib.commands import control_book, export_files, import_town, make_codes

COMMANDS = {
    "import": import_town.main,
    "export": export_files.main,
    "codes": make_codes.main,
    "controle": control_book.main,
}


def main(arguments: list[str]) -> int:
    """Run a command and return its exit status; 2 when there is no such command."""
    if not arguments or arguments[0] not in COMMANDS:
        sys.stderr.write(f"utilisation : python -m chalicelib.commands {{{'|'.join(COMMANDS)}}} …\n")
        return 2
    return COMMANDS[arguments[0]](arguments[1:], os.environ, sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
