"""An upgrade, and its way back, under way: the released version's own functions, then both, then today's, then the
released ones again on the schema that today's made. Nothing is lost, stored twice or refused, and the sun goes round.
"""

from pathlib import Path

import pytest

from tests.faults.rest import inconsistent_decisions
from tests.integration.event_sink import eventually
from tests.integration.postgresql_server import PostgresqlServer
from tests.upgrades.code import TODAY, code_of
from tests.upgrades.releases import RELEASES, Release
from tests.upgrades.two_versions import TwoVersions, two_versions


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("release", RELEASES[-1:], ids=str)
def test_an_upgrade_and_its_way_back(release: Release, postgresql: PostgresqlServer, tmp_path: Path) -> None:
    old = code_of(release, tmp_path)
    with postgresql.database() as url, two_versions(tmp_path, url) as system:
        old.run("migrate", environment=system.environment)
        system.start(old)
        with system.source(old):
            system.let_the_sun_rise()
            system.go_on()
            TODAY.run("migrate", environment=system.environment)
            system.start(TODAY)
            system.go_on()
        with system.source(TODAY):
            assert system.ask(old).keys() == system.ask(TODAY).keys()
            system.stop(old)
            system.go_on()
            system.start(old)
            system.stop(TODAY)
            system.go_on()
            nothing_went_wrong(system)


def nothing_went_wrong(system: TwoVersions) -> None:
    system.parks.stop()
    acknowledged = system.parks.acknowledged()
    eventually(lambda: system.stored() >= acknowledged)
    assert system.stored() - acknowledged == set(), "a reading was stored that nobody sent"
    assert system.refusals() == {}
    letters = "SELECT event_type, reason FROM dead_letter WHERE event_type <> 'es.ahorrater.clock.tick.v1'"
    assert system.select(letters) == [], "a tick that could not be delivered costs nothing; the next one follows"
    assert inconsistent_decisions(system) == []
    assert system.watcher.looks
    assert (system.watcher.dark, system.watcher.epochs_that_fell) == (0, [])
