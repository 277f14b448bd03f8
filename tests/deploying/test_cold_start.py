"""A gate on what a cold start costs: instructions are counted, so that a busy machine changes nothing."""

from pathlib import Path

import pytest

from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.wiring import database_of, settings_of
from infra.bench import cold
from infra.bench.portal import portal_app
from infra.local.stage import local_environment
from infra.local.tables import create_tables
from tests.clock import paris
from tests.pages.conftest import the_manual_s_town


@pytest.mark.skipif(not cold.can_count(), reason="a cold start is counted by valgrind: apt-get install valgrind")
def test_a_cold_start_costs_little_more_than_a_bare_handler_s(
    ministack_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = local_environment(ministack_endpoint, "2015-12-22T14:54")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = settings_of(environment)
    create_tables(ministack_endpoint, settings.tables, settings.region)
    DynamoIntakeStore(database_of(settings)).put_town(the_manual_s_town(), paris("mardi 2015-12-22 14:54"))
    counted = cold.instructions(cold.made_ready(portal_app(environment), tmp_path))
    assert counted.ratio <= cold.MOST_INSTRUCTIONS, f"{counted.ours:.0f} ÷ {counted.base:.0f} million instructions"
