"""A kitchen for the functions to write to: something for each of them to do."""

from dataclasses import replace
from datetime import date, timedelta

from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.directory_store import S3DirectoryStore
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.kitchen import DaysBefore
from chalicelib.rules.order_counts import NamedChild
from chalicelib.rules.town import Town
from chalicelib.services.mails import kitchen_order
from chalicelib.services.order_ports import OrderRef
from chalicelib.settings import Settings
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.orders import DynamoOrderStore
from chalicelib.web.links import SignedLinks
from tests.builders import CANTEEN, JAMES, SCHOOL, a_calendar
from tests.clock import paris
from tests.services.kitchen_world import ORDER
from tests.stand_in import REGION, database_for
from tests.storage.test_orders import VERSION

NOW = paris("mardi 2015-12-22 14:54")


def a_kitchen(settings: Settings, town: Town) -> None:
    """An order that leaves every two minutes, and one that nobody acknowledged yesterday."""
    database = database_for(settings)
    town = replace(town, calendar=a_calendar(first=date(2015, 1, 1), last=date(2099, 1, 1), holidays=()))
    every_day = replace(town.activities[CANTEEN], school_weekdays=frozenset(range(1, 8)))
    sendings = tuple(DaysBefore(1, minute) for minute in range(0, 1440, 2))
    order = replace(ORDER, to=("bond@server.fr",), sendings=sendings, pai_names=True)
    town = replace(town, activities={CANTEEN: every_day}, orders=(order,))
    DynamoIntakeStore(database).put_town(town, NOW)
    listed = ListedChild(JAMES, "James", "BOND", SCHOOL, "CP", pai=True)
    directory = S3DirectoryStore(region=REGION, bucket=settings.bucket)
    directory.write(Directory(NOW, {JAMES: listed}), directory.find())
    now = clock_for("").now()
    DynamoOrderStore(database).since(order.id, now - timedelta(minutes=5))
    for minutes in (1, 2):
        version = replace(VERSION, order=order.id, at=now - timedelta(days=40, minutes=minutes))
        DynamoOrderStore(database).put(version, (), (), now - timedelta(days=39))
    DynamoOrderStore(database).acknowledge(OrderRef.of(version), now)


def an_order_to_send(settings: Settings) -> None:
    links = SignedLinks(settings)
    orders, now = DynamoOrderStore(database_for(settings)), clock_for("").now()
    mail = kitchen_order(
        VERSION, "bond@server.fr", 0, link=links.order(OrderRef.of(VERSION)), late=False, by=None, now=now
    )
    orders.put(VERSION, (NamedChild(VERSION.first, "", JAMES),), [mail], None)
