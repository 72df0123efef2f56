"""What is said and kept as JSON, by name: today's models of it, and an example of each that no event is."""

import json
from datetime import UTC, datetime
from typing import Any

from ahorrater.contracts.base import adapter_of
from ahorrater.contracts.events import EVENTS, NodeChosen, RelabelMode, StatusMessage
from ahorrater.contracts.golden import golden_events
from ahorrater.contracts.readings import Telemetry
from ahorrater.domain.decision import ControllerState
from ahorrater.services.relabel.control import ControlState, Held
from ahorrater.services.relabel.state import Phase, RelabelState

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
EVENT_MODELS: dict[str, Any] = {model.TYPE: model for model in EVENTS}
DEVICE_MODELS: dict[str, Any] = {"device.telemetry.v1": Telemetry, "device.status.v1": StatusMessage}
STORED_MODELS: dict[str, Any] = {"controller": ControllerState, "relabel": RelabelState, "control": ControlState}
"""The row `controller` of the database, and the ConfigMaps `ahorrater-relabel` and `ahorrater-control`."""
MODELS = EVENT_MODELS | DEVICE_MODELS | STORED_MODELS


def read(name: str, document: Any) -> Any:
    """The document as today's model. Raises ValidationError."""
    return adapter_of(MODELS[name]).validate_json(json.dumps(document))


def written(name: str, content: Any) -> Any:
    """The JSON that today's code writes of it."""
    return json.loads(adapter_of(MODELS[name]).dump_json(content))


def examples() -> dict[str, dict[str, Any]]:
    """Today's examples: kind -> name -> JSON."""
    return {
        "events": {event["type"]: event["data"] for event in golden_events()},
        "devices": _devices(),
        "stored": {name: written(name, content) for name, content in _stored().items()},
    }


def schemas() -> dict[str, Any]:
    """Name -> JSON Schema of what today's code takes."""
    return {name: adapter_of(model).json_schema() for name, model in MODELS.items()}


def _devices() -> dict[str, Any]:
    reading = {"boot": 12, "seq": 4711, "measured_at": "2026-06-21T11:30:00Z", "voltage_v": 18.24, "current_a": 1.93}
    more = {"power_w": 35.2, "battery_soc": 0.55, "overflow": False, "node": "tfgrj2"}
    return {"device.telemetry.v1": reading | more, "device.status.v1": {"status": "offline", "boot": 12}}


def _stored() -> dict[str, Any]:
    chosen = next(event["data"] for event in golden_events() if event["type"] == NodeChosen.TYPE)
    return {
        "controller": ControllerState(
            epoch=8, chosen="tfgrj3", chosen_since=NOON, margin_since=NOON, barred={"tfgrj1": NOON}, confirmed_epoch=7
        ),
        "relabel": RelabelState(
            epoch=8,
            phase=Phase.MOVING,
            node="tfgrj3",
            previous="tfgrj2",
            sunny="tfgrj3",
            started_at=NOON,
            deadline=NOON,
            labels_before={"tfgrj2": "1", "tfgrj3": None},
            cause="/ahorrater/choose-node#8",
        ),
        "control": ControlState(
            mode=RelabelMode.RECOMMEND_ONLY,
            paused=True,
            changed_at=NOON,
            held=Held(decision=NodeChosen.model_validate_json(json.dumps(chosen))),
        ),
    }
