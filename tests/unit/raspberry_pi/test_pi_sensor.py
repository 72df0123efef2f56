"""The Raspberry Pi's INA219 driver: the vectors that it shares with the ESP32, and what a chip does."""

from pathlib import Path

import pytest

from ahorrater_device.ina219 import Conversion, Ina219, Outcome, decode
from ahorrater_device.sampler import Measurement, Sampler
from ahorrater_device.simulation import SimulatedIna219

VECTORS = Path(__file__).parents[3] / "firmware" / "vectors" / "ina219.tsv"


def vectors() -> list[tuple[int, int, Conversion]]:
    lines = [line.split() for line in VECTORS.read_text().splitlines() if not line.startswith("#")]
    return [
        (int(bus, 16), int(shunt, 16), Conversion(int(bus_uv), int(shunt_uv), overflow == "1"))
        for bus, shunt, bus_uv, shunt_uv, overflow in lines
    ]


@pytest.mark.parametrize(("bus", "shunt", "conversion"), vectors())
def test_registers(bus: int, shunt: int, conversion: Conversion):
    assert decode(bus, shunt) == conversion


def test_a_chip_is_configured_first_and_each_conversion_is_taken_once():
    chip = SimulatedIna219(always_ready=False)
    sensor = Ina219(chip)
    assert sensor.read() is Outcome.RESTARTED
    assert sensor.read() is Outcome.NOT_READY
    chip.set(12_000_000, -40_000)
    chip.ready = True
    assert sensor.read() == Conversion(12_000_000, -40_000, overflow=False)
    assert sensor.read() is Outcome.NOT_READY


def test_a_chip_that_was_reset_is_configured_again_and_counted():
    chip = SimulatedIna219()
    sensor = Ina219(chip)
    sensor.read()
    chip.reset()
    assert sensor.read() is Outcome.RESTARTED
    assert sensor.restarts == 2


def test_a_bus_that_breaks_is_an_outcome_not_a_value():
    chip = SimulatedIna219()
    sensor = Ina219(chip)
    chip.connected = False
    assert sensor.read() is Outcome.NO_ANSWER
    assert sensor.failures == 1


@pytest.mark.parametrize(
    ("bus_uv", "shunt_uv", "shunt_ohm", "expected"),
    [
        pytest.param(18_000_000, 193_000, 0.1, (18.193, 1.93, 35.11249, False), id="bus and shunt make the panel's"),
        pytest.param(12_000_000, -100_000, 0.1, (11.9, -1.0, -11.9, False), id="the battery gives back"),
        pytest.param(0, -100, 0.1, (0.0, -0.001, 0.0, False), id="dark and a little below zero"),
        pytest.param(12_000_000, 320_000, 0.1, (12.32, 3.2, 39.424, True), id="full scale is marked"),
        pytest.param(26_000_000, 100_000, 0.1, (26.0, 1.0, 26.0, True), id="cut and marked"),
        pytest.param(12_000_000, 300_000, 0.05, (12.3, 3.2, 39.36, True), id="a small shunt's current is cut"),
        pytest.param(25_600_000, 310_000, 0.1, (25.91, 3.1, 80.321, False), id="above 64 W nothing wraps"),
    ],
)
def test_one_conversion_in_the_units_of_a_reading(
    bus_uv: int, shunt_uv: int, shunt_ohm: float, expected: tuple[float, float, float, bool]
):
    chip = SimulatedIna219()
    chip.set(bus_uv, shunt_uv)
    sampler = Sampler(Ina219(chip), shunt_ohm)
    sampler.poll()
    sampler.poll()
    taken = sampler.take()
    assert taken is not None
    assert (taken.voltage_v, taken.current_a, taken.power_w) == pytest.approx(expected[:3])
    assert taken.overflow is expected[3]


def test_the_power_is_the_mean_of_products():
    chip = SimulatedIna219()
    sampler = Sampler(Ina219(chip), 0.1)
    sampler.poll()
    for bus_uv, shunt_uv in ((10_000_000, 0), (19_800_000, 200_000)):
        chip.set(bus_uv, shunt_uv)
        sampler.poll()
    assert sampler.take() == Measurement(pytest.approx(15.0), pytest.approx(1.0), pytest.approx(20.0), overflow=False)


def test_silence_is_not_zero():
    chip = SimulatedIna219()
    chip.connected = False
    sampler = Sampler(Ina219(chip), 0.1)
    sampler.poll()
    assert sampler.take() is None
