"""Lists that are missing, while a file with nearly their name is there: they were left out by mistake."""

import re
from difflib import get_close_matches
from pathlib import Path

from chalicelib.intake.files.faults import TOWN_FILES, Faults, FileLine, plain

LIKE_A_LIST = {".csv", ".txt", ".xlsx", ".xls", ".ods"}
LEAST_LIKENESS = 0.85
_COPY = re.compile(r"\s*(?:\(\d+\)|- copie)$")
"""What a browser or a desktop adds to a name that already exists."""


def check_names(folder: Path, faults: Faults) -> None:
    """Note one fault for each such file; its list then counts as unread."""
    there = {path.name for path in folder.iterdir() if path.is_file()}
    missing = {Path(name).stem: name for name in TOWN_FILES if name.endswith(".csv") and name not in there}
    for name in sorted(there.difference(TOWN_FILES)):
        if Path(name).suffix.lower() not in LIKE_A_LIST:
            continue
        stem = _COPY.sub("", plain(Path(name).stem))
        for close in get_close_matches(stem, list(missing), n=1, cutoff=LEAST_LIKENESS):
            expected = missing.pop(close)
            wrong = f"ce fichier manque : est-ce « {name} » ? ; attendu : une liste nommée {expected}"
            faults.add_unread(FileLine(expected, 1), wrong)
