"""A few of the faults, one of a family, on one system; `make faults` plays them all."""

import pytest

from tests.faults.campaign import play
from tests.faults.catalogue import ALL, SHORT, named
from tests.faults.fault import Need
from tests.faults.system import running


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_whatever_goes_wrong_the_invariants_hold() -> None:
    with running(Need.SQLITE, seed=1) as system:
        broken = [outcome for fault in named(SHORT) if (outcome := play(system, [fault])).broken]
    assert not broken, "\n".join(map(str, broken))


def test_each_fault_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in ALL}) == len(ALL)
