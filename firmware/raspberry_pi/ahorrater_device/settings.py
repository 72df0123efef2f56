"""Settings, from the environment: a file that systemd reads keeps them, the password among them, from other users."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("NODE", "MQTT_HOST")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the device has to know.

    NODE: the Kubernetes node whose park it is, and the MQTT user. MQTT_HOST, MQTT_PORT (8883), MQTT_PASSWORD,
    MQTT_CA_FILE: the broker; without a CA there is no TLS, which is for a bench. INTERVAL_S: seconds between readings
    (2). SHUNT_OHM: the shunt's resistance (0.1). I2C_BUS (1), I2C_ADDRESS (0x40). STATE_DIRECTORY: where readings wait
    and boots are counted. CLOCK_TRUSTED=1: the machine's time is right though systemd-timesyncd does not say so.
    """

    node: str
    mqtt_host: str
    mqtt_port: int = 8883
    mqtt_password: str = ""
    mqtt_ca_file: str = ""
    interval_s: float = 2.0
    shunt_ohm: float = 0.1
    i2c_bus: int = 1
    i2c_address: int = 0x40
    state_directory: Path = Path()
    clock_trusted: bool = False


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings. Raises ValueError, naming what is missing or wrong."""
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing:
        raise ValueError(f"please set {' and '.join(missing)}")
    settings = Settings(
        node=environment["NODE"],
        mqtt_host=environment["MQTT_HOST"],
        mqtt_port=int(environment.get("MQTT_PORT", "8883")),
        mqtt_password=environment.get("MQTT_PASSWORD", ""),
        mqtt_ca_file=environment.get("MQTT_CA_FILE", ""),
        interval_s=float(environment.get("INTERVAL_S", "2")),
        shunt_ohm=float(environment.get("SHUNT_OHM", "0.1")),
        i2c_bus=int(environment.get("I2C_BUS", "1")),
        i2c_address=int(environment.get("I2C_ADDRESS", "0x40"), 0),
        state_directory=Path(environment.get("STATE_DIRECTORY", ".")),
        clock_trusted=environment.get("CLOCK_TRUSTED", "") == "1",
    )
    if settings.shunt_ohm <= 0 or settings.interval_s <= 0:
        raise ValueError("SHUNT_OHM and INTERVAL_S are above 0")
    return settings
