"""The contracts as JSON Schema, for whoever speaks another language: one file for each event and device payload."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ahorrater.contracts.events import EVENTS, StatusMessage
from ahorrater.contracts.readings import Telemetry

FOLDER = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema."""
    models: dict[str, Any] = {event.TYPE: event for event in EVENTS}
    models |= {"device.telemetry.v1": Telemetry, "device.status.v1": StatusMessage}
    return {f"{name}.json": {"$schema": DIALECT, **TypeAdapter(model).json_schema()} for name, model in models.items()}
