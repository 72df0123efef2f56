"""The queue between the MQTT client and the pump. Both live on one event loop, so there is no lock."""

import asyncio
from collections import deque

from ahorrater.services.source.messages import Message


class Inbox:
    """Messages in order of arrival.

    The broker bounds QoS 1, by ReceiveMaximum. QoS 0 it does not: from `receive_maximum` on that is dropped. At twice
    as much the inbox is full, and its filler is to stop: a broker that keeps to ReceiveMaximum never gets there, but
    mosquitto 2.0.11 sends up to a whole ReceiveMaximum more for each acknowledgement.
    """

    def __init__(self, receive_maximum: int) -> None:
        self._messages: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._limit = receive_maximum
        self._closed = False

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def is_full(self) -> bool:
        """Nothing more should come now."""
        return len(self._messages) >= 2 * self._limit

    def offer(self, message: Message) -> bool:
        """Queue a message. False: it was QoS 0, which promises nothing, and too many wait."""
        if message.receipt.qos == 0 and len(self._messages) >= self._limit:
            return False
        self._messages.append(message)
        self._arrived.set()
        return True

    async def take(self, limit: int) -> list[Message]:
        """All that is there, up to `limit`, as soon as there is one; nothing once the inbox is closed."""
        while not self._messages and not self._closed:
            self._arrived.clear()
            await self._arrived.wait()
        if self._closed:
            return []
        return [self._messages.popleft() for _ in range(min(limit, len(self._messages)))]

    def drop_redelivered(self) -> None:
        """Forget what the broker sends again: its session outlived the connection, and nothing here is acknowledged."""
        kept = [message for message in self._messages if message.receipt.qos == 0]
        self._messages.clear()
        self._messages.extend(kept)

    def close(self) -> None:
        """Give out nothing more; what is inside stays unacknowledged and comes again in the next life."""
        self._closed = True
        self._arrived.set()
