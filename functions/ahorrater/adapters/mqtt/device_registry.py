"""The device registry: which device measures which node's park."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from ahorrater.contracts.base import NodeName
from ahorrater.domain.device_access import SOURCE_USER

UserName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class DeviceRegistry(BaseModel):
    """`devices`: the node whose park a device measures, by the device's name, which is its MQTT user."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    devices: dict[UserName, NodeName]

    @model_validator(mode="after")
    def _names_are_free(self) -> Self:
        if SOURCE_USER in self.devices:
            raise ValueError(f"no device can be called {SOURCE_USER}")
        if twice := [node for node, devices in Counter(self.devices.values()).items() if devices > 1]:
            raise ValueError(f"a node has one device: {', '.join(twice)} has several")
        return self


def read_registry(file: Path) -> DeviceRegistry:
    """The registry in a YAML file. OSError; ValueError that says what is wrong."""
    import yaml

    try:
        return DeviceRegistry.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ValueError(f"{file} is no YAML: {error}") from None
