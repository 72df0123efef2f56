"""A Bot API over real HTTP: it takes messages and photos, tells updates, and fails as a test tells it to."""

import json
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

from tests.integration.http_server import HttpServer, QuietHandler

TOKEN = "123456:AAH-not-a-real-token"
HANG_DEADLINE_S = 60


@dataclass(frozen=True)
class Sent:
    """One message that was accepted."""

    method: str
    chat: str
    text: str
    fields: dict[str, str]
    photo: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What the server says instead of accepting. `hang`: it says nothing until the server stops."""

    status: int = 200
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    body: bytes | None = None
    hang: bool = False

    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        document = {"ok": False, "error_code": self.status, "description": self.description}
        return json.dumps(document | ({"parameters": self.parameters} if self.parameters else {})).encode()


HANG = Answer(hang=True)
KICKED = Answer(403, "Forbidden: bot was kicked from the group chat")
NO_SUCH_CHAT = Answer(400, "Bad Request: chat not found")
DOWN = Answer(502, "Bad Gateway")
NOT_JSON = Answer(500, body=b"<html>nginx</html>")
UNKNOWN_TOKEN = Answer(401, "Unauthorized")
CONFLICT = Answer(409, "Conflict: terminated by other getUpdates request")
MOVED = Answer(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100987})


def slower(seconds: int) -> Answer:
    return Answer(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


class FakeBotApi(HttpServer):
    """Answers the next of `answers`, then `always`, and accepts where that is None.

    `updates`: what getUpdates tells, as long as it is not asked for what comes after. `called`: the other methods.
    """

    def __init__(self, port: int = 0) -> None:
        self.answers: list[Answer | None] = []
        self.always: Answer | None = None
        self.sent: list[Sent] = []
        self.attempts: list[str] = []
        self.updates: list[dict[str, Any]] = []
        self.called: list[tuple[str, dict[str, str]]] = []
        self.conflicts = 0
        self._closing = threading.Event()
        api = self

        class Handler(QuietHandler):
            def do_POST(self) -> None:  # noqa: N802 -- the base class's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer, content = api.reply(self.path, self.headers["Content-Type"], body)
                if answer.hang:
                    api.wait_until_closing()
                    return
                self.answer(answer.status, content)

        super().__init__(Handler, port)

    def texts(self, chat: str | None = None) -> list[str]:
        return [sent.text for sent in list(self.sent) if chat in (None, sent.chat)]

    def reply(self, path: str, content_type: str | None, body: bytes) -> tuple[Answer, bytes]:
        token, _, method = path.removeprefix("/bot").partition("/")
        assert token == TOKEN
        fields, photo = _form(content_type, body)
        if method == "getUpdates":
            return self._tell(int(fields.get("offset", 0)))
        if method not in {"sendMessage", "sendPhoto"}:
            self.called.append((method, fields))
            return Answer(), b'{"ok": true, "result": true}'
        self.attempts.append(fields["chat_id"])
        answer = self.answers.pop(0) if self.answers else self.always
        if answer is not None:
            return answer, answer.content()
        chat = fields["chat_id"]
        self.sent.append(Sent(method, chat, fields.get("text", fields.get("caption", "")), fields, photo))
        chat_document = {"id": 1, "type": "private"}
        message = {"message_id": len(self.sent), "date": 1780000000, "chat": chat_document}
        return Answer(), json.dumps({"ok": True, "result": message}).encode()

    def methods(self) -> list[str]:
        return [method for method, _ in list(self.called)]

    def _tell(self, offset: int) -> tuple[Answer, bytes]:
        """At once or, where there is nothing, after a moment: a long poll that is short."""
        if self.conflicts > 0:
            self.conflicts -= 1
            return CONFLICT, CONFLICT.content()
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates:
            self._closing.wait(0.1)
        return Answer(), json.dumps({"ok": True, "result": self.updates}).encode()

    def wait_until_closing(self) -> None:
        self._closing.wait(HANG_DEADLINE_S)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        super().__exit__(kind, error, trace)


def _form(content_type: str | None, body: bytes) -> tuple[dict[str, str], bytes]:
    """The fields of a urlencoded or multipart body, and the file in it."""
    if content_type is None or not content_type.startswith("multipart/"):
        return {name: values[0] for name, values in parse_qs(body.decode()).items()}, b""
    fields, photo = {}, b""
    for part in message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body).get_payload():
        assert isinstance(part, Message)
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename():
            photo = content
        else:
            fields[str(part.get_param("name", header="content-disposition"))] = content.decode()
    return fields, photo
