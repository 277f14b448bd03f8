"""An operator's import, remembered by the drop folder: lists that are dropped later are completed with its own."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from chalicelib.intake.drop.gathering import hash_of, is_state
from chalicelib.intake.drop.memory import CURRENT, Imported, load, store
from chalicelib.intake.files.faults import TOWN_FILES
from chalicelib.services.drop_ports import DropBox


def keep(box: DropBox, folder: Path, now: datetime) -> None:
    """Keep the lists of a town's folder that was just imported, as if they had been dropped ``now``. Raises
    Unavailable; the same import again keeps them."""
    paths = [path for path in sorted(folder.iterdir()) if path.name in TOWN_FILES or path.suffix == ".svg"]
    for path in paths:
        if is_state(path.name):
            box.upload(path, f"{CURRENT}{path.name}")
    kept = load(box).with_files({path.name: Imported(hash_of(path), now) for path in paths})
    store(box, replace(kept, waits=()))  # What waits for its companions may go with these.
