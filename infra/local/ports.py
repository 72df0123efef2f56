"""Free ports: the preferred one where nobody has it."""

import socket
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Ports:
    """Hands out ports of 127.0.0.1, each once."""

    taken: set[int] = field(default_factory=set)

    def take(self, preferred: int) -> int:
        """`preferred` if it is free, else any that is."""
        port = preferred if preferred not in self.taken and _free(preferred) else free_port()
        while port in self.taken:
            port = free_port()
        self.taken.add(port)
        return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Any port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port
