"""The drop folder, built of its concrete classes: what ``wiring`` is to everything else."""

import time
from pathlib import Path

from chalicelib.adapters.drop_box import S3DropBox
from chalicelib.adapters.logs import report
from chalicelib.intake.drop.memory import nothing_to_do
from chalicelib.services.leasing import Busy, leased
from chalicelib.services.ports import SecondsLeft
from chalicelib.settings import Settings
from chalicelib.storage.database import Guard
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.wiring import build_clock, build_lease, database_of
from chalicelib.wiring_intake import build_intake


def receive_drops(settings: Settings, seconds_left: SecondsLeft, folder: Path | None = None) -> None:
    """Import what lies in the town's drop folder, unless somebody imports now. Nothing of the import is loaded when
    nothing lies there. Files are unpacked in ``folder``; None for the machine's own place. Raises Unavailable."""
    if nothing_to_do(_drop_box(settings)):
        return
    from chalicelib.intake.drop.archives import limits_of  # noqa: PLC0415
    from chalicelib.intake.drop.receiving import ReceiveDrops  # noqa: PLC0415

    # The machine's own clock, also in a demo: S3 says by it when a file came.
    clock = build_clock()
    try:
        with leased(build_lease(settings), "un dépôt de fichiers", clock) as lease:
            importer = build_intake(settings, lease.check)
            ReceiveDrops(
                box=_drop_box(settings, lease.check),
                importer=importer,
                towns=importer.store,
                outbox=DynamoOutbox(database_of(settings, lease.check), settings.pepper),
                clock=clock,
                town_clock=importer.clock,
                report=report,
                limits=limits_of(settings.drop_megabytes),
                pause=time.sleep,
                folder=folder,
            )(seconds_left)
    except Busy:
        report("drop.busy")


def keep_imported(settings: Settings, folder: Path, guard: Guard) -> None:
    """What an operator imported is what dropped lists are completed with. Raises Unavailable."""
    from chalicelib.intake.drop.keeping import keep  # noqa: PLC0415

    if settings.bucket:
        keep(_drop_box(settings, guard), folder, build_clock().now())


def _drop_box(settings: Settings, guard: Guard = lambda: None) -> S3DropBox:
    return S3DropBox(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint, guard=guard)
