"""dead-letter: what could not be delivered or taken, kept whole with its reason."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ahorrater.contracts.events import ReadingRejected


@dataclass(frozen=True, slots=True)
class Letter:
    """An event that went nowhere, or one reading of one (its `place`)."""

    event_id: str
    event_source: str
    event_type: str
    reason: str
    data: str
    place: int = 0


def reason_of(event_type: str, data: bytes, extensions: Mapping[str, str]) -> str:
    """Why the event is here: what mqtt-source says, or what the broker says of the last attempt to deliver it."""
    if event_type == ReadingRejected.TYPE:
        try:
            return ReadingRejected.model_validate_json(data).reason
        except ValueError:
            return "mqtt-source rejected it"
    destination = extensions.get("knativeerrordest", "")
    if not destination:
        return "it could not be delivered; the broker does not say why"
    code = extensions.get("knativeerrorcode", "no answer")
    return f"{destination} answered {code}: {_detail(extensions.get('knativeerrordata', ''))}".rstrip(": ")


def _detail(error_data: str) -> str:
    """The broker passes the answer's body on as base64, cut short: what can be read of it."""
    try:
        text = base64.b64decode(error_data + "=" * (-len(error_data) % 4)).decode("utf-8", "replace")
    except ValueError:
        text = error_data
    try:
        return str(json.loads(text)["detail"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return text
