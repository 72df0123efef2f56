"""The way to the broker over time: when to connect, how long to wait, when to give a connection up; what people ask."""

import logging
import random
from collections import deque
from collections.abc import Mapping

from ahorrater_device.buffer import Buffer
from ahorrater_device.clock import Clock
from ahorrater_device.messages import Command, parse_command
from ahorrater_device.session import Session
from ahorrater_device.settings import Settings

log = logging.getLogger(__name__)
SHORTEST_WAIT_S, FIRST_WAIT_S, LONGEST_WAIT_S = 0.25, 1.0, 60.0
"""Exponential back-off with full jitter, so that a hundred devices do not come back at the same moment."""
STALL_S = 60.0
"""A connection on which something has been awaited for so long is of no use."""


class Publisher:
    """Call `step` often. Commands that were understood wait in `commands`."""

    def __init__(self, settings: Settings, boot: int, buffer: Buffer, clock: Clock) -> None:
        self._settings, self._boot, self._buffer, self._clock = settings, boot, buffer, clock
        self._session: Session | None = None
        self._wait_s = FIRST_WAIT_S
        self._next_attempt_s = 0.0
        self._progress_s = 0.0
        self.commands: deque[Command] = deque()
        self.last_command = "none"

    def step(self, uptime_s: float) -> None:
        """Connects when it is time, takes what happened, publishes what waits."""
        if self._session is None and uptime_s >= self._next_attempt_s:
            self._session = Session(self._settings, self._boot)
            self._progress_s = uptime_s
        if self._session is not None:
            self._serve(self._session, uptime_s)

    def tell(self, information: Mapping[str, object]) -> bool:
        """Publishes `.../info`; whether there was a connection to do so."""
        if self._session is None or not self._session.connected:
            return False
        self._session.tell(information)
        return True

    def leave(self) -> None:
        """Ends the connection, saying so."""
        if self._session is not None:
            self._session.close(goodbye=True)

    def _serve(self, session: Session, uptime_s: float) -> None:
        session.take_events()
        if session.forget_acknowledged(self._buffer):
            self._progress_s, self._wait_s = uptime_s, FIRST_WAIT_S
        while session.commands:
            self._understand(*session.commands.popleft())
        if session.connected:
            session.send(self._buffer, self._clock.now())
        if not session.awaits:
            self._progress_s = uptime_s
        if session.ended or uptime_s - self._progress_s > STALL_S:
            self._give_up(session, uptime_s)

    def _give_up(self, session: Session, uptime_s: float) -> None:
        session.close()
        self._session = None
        self._next_attempt_s = uptime_s + random.uniform(SHORTEST_WAIT_S, self._wait_s)  # noqa: S311 -- jitter
        self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)

    def _understand(self, payload: bytes, retained: bool) -> None:
        try:
            command = parse_command(payload)
        except ValueError as error:
            self.last_command = str(error)
            return
        # A retained restart would come again at each connection: a restart without end.
        if command.restart and retained:
            self.last_command = "a retained restart is not obeyed"
            return
        self.last_command = "accepted"
        self.commands.append(command)
