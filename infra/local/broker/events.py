"""CloudEvents 1.0 as a broker sees them: attributes, and data that it never looks into."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch"
_REQUIRED = ("specversion", "id", "source", "type")
_PREFIX = "ce-"
_NAME = re.compile("[a-z0-9]+")
_NO_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""What an attribute may not hold (CloudEvents 1.0, 3.1): a line break would end the header that carries it on."""


class InvalidEventError(ValueError):
    """What came is no CloudEvent; the message says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Extension values are text, as they are after any pass through HTTP headers."""

    attributes: Mapping[str, str]
    data: bytes = b""

    @property
    def type(self) -> str:
        """The event's type."""
        return self.attributes["type"]

    @property
    def id(self) -> str:
        """The event's id."""
        return self.attributes["id"]

    def having(self, attributes: Mapping[str, str]) -> Self:
        """A copy with these attributes set."""
        return replace(self, attributes={**self.attributes, **attributes})

    def without(self, *names: str) -> Self:
        """A copy that lacks these attributes."""
        return replace(self, attributes={name: text for name, text in self.attributes.items() if name not in names})

    def headers(self) -> dict[str, str]:
        """The headers of binary mode, which is how every subscriber gets it."""
        headers = {_PREFIX + name: text for name, text in self.attributes.items() if name != "datacontenttype"}
        if "datacontenttype" in self.attributes:
            headers["content-type"] = self.attributes["datacontenttype"]
        return headers


def is_event(headers: Mapping[str, str]) -> bool:
    """Whether a message claims to be a CloudEvent, in either mode. Header names are matched as the mapping does."""
    return "ce-specversion" in headers or headers.get("content-type", "").startswith(STRUCTURED)


def decode(headers: Mapping[str, str], body: bytes) -> Event:
    """The event of an HTTP message, binary or structured. Raises InvalidEventError."""
    content_type = headers.get("content-type", "")
    if content_type.startswith(BATCH):
        raise InvalidEventError("batches are not taken: send one event a request")
    event = _structured(body) if content_type.startswith(STRUCTURED) else _binary(headers.items(), content_type, body)
    _check(event.attributes)
    return event


def _binary(headers: Iterable[tuple[str, str]], content_type: str, body: bytes) -> Event:
    attributes = {
        name.lower()[len(_PREFIX) :]: text for name, text in headers if name[: len(_PREFIX)].lower() == _PREFIX
    }
    if content_type:
        attributes["datacontenttype"] = content_type
    return Event(attributes, body)


def _structured(body: bytes) -> Event:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidEventError(f"the body is not JSON: {error}") from None
    if not isinstance(message, dict):
        raise InvalidEventError("the body is no JSON object")
    try:
        data = _data(message)
    except UnicodeEncodeError:
        raise InvalidEventError("the data holds half a character (a lone surrogate)") from None
    if "data" in message:
        message.setdefault("datacontenttype", "application/json")
    skipped = ("data", "data_base64")
    return Event(
        {name.lower(): _text(value) for name, value in message.items() if name not in skipped and value is not None},
        data,
    )


def _data(message: Mapping[str, object]) -> bytes:
    if "data_base64" in message:
        try:
            return base64.b64decode(str(message["data_base64"]), validate=True)
        except ValueError as error:
            raise InvalidEventError(f"data_base64 is not base64: {error}") from None
    if "data" not in message:
        return b""
    data, content_type = message["data"], str(message.get("datacontenttype", "application/json"))
    if isinstance(data, str) and "json" not in content_type:
        return data.encode()
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _check(attributes: Mapping[str, str]) -> None:
    missing = [name for name in _REQUIRED if not attributes.get(name)]
    if missing:
        raise InvalidEventError(f"an event needs {', '.join(missing)}")
    if attributes["specversion"] != "1.0":
        raise InvalidEventError(f"specversion {attributes['specversion']!r} is not 1.0")
    wrong = [name for name, text in attributes.items() if not _NAME.fullmatch(name) or _NO_TEXT.search(text)]
    if wrong:
        raise InvalidEventError(f"no name, or no text, of an attribute: {', '.join(map(ascii, wrong))}")
    if empty := [name for name in ("subject", "datacontenttype") if attributes.get(name) == ""]:
        raise InvalidEventError(f"{', '.join(empty)} must not be empty")
