"""The one place that knows every concrete class."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.mailer import SesMailer
from chalicelib.services.accounts import OpenSession, SignIn
from chalicelib.services.contact import WriteToOffice
from chalicelib.services.planning import LastChanges, ShowPlanning
from chalicelib.services.ports import (
    Clock,
    FamilyStore,
    LoginStore,
    Mailer,
    PlanningStore,
    ThrottleStore,
    TownStore,
)
from chalicelib.services.saving import SavePlanning, ShowRecap, UndoSave
from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.logins import DynamoLoginStore
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.throttle import DynamoThrottleStore
from chalicelib.storage.town import DynamoTownStore

if TYPE_CHECKING:
    from chalicelib.intake.importing import Importer


@dataclass(frozen=True)
class Portal:
    """Every use case, ready to call, and the stores and clock behind them."""

    settings: Settings
    clock: Clock
    town: TownStore
    families: FamilyStore
    plannings: PlanningStore
    sign_in: SignIn
    open_session: OpenSession
    show_planning: ShowPlanning
    save_planning: SavePlanning
    undo_save: UndoSave
    show_recap: ShowRecap
    last_changes: LastChanges
    write_to_office: WriteToOffice


def assemble(
    *,
    settings: Settings,
    clock: Clock,
    town: TownStore,
    families: FamilyStore,
    logins: LoginStore,
    throttle: ThrottleStore,
    plannings: PlanningStore,
    mailer: Mailer,
) -> Portal:
    """Put the use cases on any set of ports: the real ones below, in-memory ones in tests."""
    saving = SavePlanning(town=town, plannings=plannings, clock=clock)
    recap = ShowRecap(plannings=plannings)
    return Portal(
        settings=settings,
        clock=clock,
        town=town,
        families=families,
        plannings=plannings,
        sign_in=SignIn(logins=logins, families=families, throttle=throttle, clock=clock, pepper=settings.pepper),
        open_session=OpenSession(families=families, clock=clock),
        show_planning=ShowPlanning(town=town, plannings=plannings, clock=clock),
        save_planning=saving,
        undo_save=UndoSave(saving=saving, recap=recap),
        show_recap=recap,
        last_changes=LastChanges(plannings=plannings),
        write_to_office=WriteToOffice(town=town, throttle=throttle, mailer=mailer, clock=clock),
    )


def database_of(settings: Settings) -> Database:
    return Database(region=settings.region, prefix=settings.tables, endpoint=settings.endpoint)


def build_portal(settings: Settings) -> Portal:
    """The portal on AWS, or on its stand-in when the settings name one."""
    database = database_of(settings)
    return assemble(
        settings=settings,
        clock=clock_for(settings.demo_now),
        town=DynamoTownStore(database),
        families=DynamoFamilyStore(database),
        logins=DynamoLoginStore(database),
        throttle=DynamoThrottleStore(database),
        plannings=DynamoPlanningStore(database),
        mailer=SesMailer(region=settings.region, sender=settings.sender, endpoint=settings.endpoint),
    )


def build_intake(settings: Settings) -> "Importer":
    """The import of a town's files. Its modules are loaded here only: no page needs them."""
    from chalicelib.intake.importing import Importer  # noqa: PLC0415
    from chalicelib.storage.intake import DynamoIntakeStore  # noqa: PLC0415

    database = database_of(settings)
    return Importer(
        store=DynamoIntakeStore(database),
        plannings=DynamoPlanningStore(database),
        clock=build_clock(settings.demo_now),
        pepper=settings.pepper,
    )


def build_clock(demo_now: str = "") -> Clock:
    """The clock alone, for what needs no deployment: checking a town's files."""
    return clock_for(demo_now)
