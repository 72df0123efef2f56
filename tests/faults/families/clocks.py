"""Clocks of devices that jump."""

from datetime import timedelta
from functools import partial

from tests.faults.fault import Fault
from tests.faults.parks import NODES, STRONG_W, Device
from tests.faults.system import System

FAMILY = "clocks"
READINGS = 10
HOUR = timedelta(hours=1)


def wrong(errors: tuple[timedelta, ...], system: System) -> None:
    """A second device of a park, started anew, whose clock is wrong by these in turn."""
    node, boot = system.random.choice(NODES), system.random.randrange(1, 2**30)
    device = Device(node, system.parks.port, boot, is_believed=max(errors) < HOUR)
    for place in range(READINGS):
        device.publish(STRONG_W, errors[place % len(errors)])
    system.strangers.append(device)


FAULTS = (
    Fault(
        "a device's clock an hour ahead",
        FAMILY,
        "each of its readings is refused with its reason",
        partial(wrong, (HOUR,)),
        refused=READINGS,
    ),
    Fault("a device's clock an hour behind", FAMILY, "stored; never taken for the present", partial(wrong, (-HOUR,))),
    Fault(
        "a device's clock jumps to and fro by a minute",
        FAMILY,
        "stored; the park's order of readings is by identity",
        partial(wrong, (timedelta(minutes=-1), timedelta(minutes=1))),
    ),
)
