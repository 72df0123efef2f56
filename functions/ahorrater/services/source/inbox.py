"""The queue between the MQTT client and the pump. Both live on one event loop, so there is no lock."""

import asyncio
from collections import deque
from itertools import islice

from ahorrater.services.source.messages import Message

Content = tuple[str, bytes, bool]


class Inbox:
    """Messages in order of arrival, those of earlier connections first.

    The broker sends those again, but not if it was killed before it had saved them: then we are the only one who has
    them. So they stay, and what is sent again takes their place.

    The broker bounds QoS 1, by ReceiveMaximum. QoS 0 it does not: from `receive_maximum` on that is dropped. At twice
    as much the inbox is full, and its filler is to stop: a broker that keeps to ReceiveMaximum never gets there, but
    mosquitto 2.0.11 sends up to a whole ReceiveMaximum more for each acknowledgement.
    """

    def __init__(self, receive_maximum: int) -> None:
        self._earlier: dict[Content, Message] = {}
        self._messages: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._limit = receive_maximum
        self._closed = False

    def __len__(self) -> int:
        return len(self._earlier) + len(self._messages)

    @property
    def is_full(self) -> bool:
        """Nothing more should come now."""
        return len(self) >= 2 * self._limit

    def offer(self, message: Message) -> bool:
        """Queue a message. False: it was QoS 0, which promises nothing, and too many wait."""
        if message.receipt.qos == 0 and len(self) >= self._limit:
            return False
        if self._earlier:
            self._earlier.pop(_content_of(message), None)
        self._messages.append(message)
        self._arrived.set()
        return True

    async def take(self, limit: int) -> list[Message]:
        """All that is there, up to `limit`, as soon as there is one; nothing once the inbox is closed."""
        while not len(self) and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        if self._closed:
            return []
        earlier = [self._earlier.pop(content) for content in list(islice(self._earlier, limit))]
        return earlier + [self._messages.popleft() for _ in range(min(limit - len(earlier), len(self._messages)))]

    def reconnected(self) -> None:
        """From now on the broker sends again what is here, for none of it is acknowledged."""
        self._earlier |= {_content_of(message): message for message in self._messages}
        self._messages.clear()

    def close(self) -> None:
        """Give out nothing more; what is inside stays unacknowledged and comes again in the next life."""
        self._closed = True
        self._arrived.set()


def _content_of(message: Message) -> Content:
    """What tells a message that is sent again: it is the same, byte for byte."""
    return message.topic, message.payload, message.retained
