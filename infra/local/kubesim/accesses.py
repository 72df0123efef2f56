"""Who asked for what, as RBAC sees it: so that a test can compare permissions with what is used."""

from collections import deque
from dataclasses import asdict, dataclass

from infra.local.kubesim.objects import KubeObject

_KEPT = 2_000


@dataclass(frozen=True)
class Access:
    """One request of the API. `user` is its bearer token; `resource` has its subresource: `pods/eviction`."""

    user: str
    verb: str
    group: str
    resource: str
    namespace: str
    name: str


class Accesses:
    """The last accesses, oldest first."""

    def __init__(self) -> None:
        self._accesses: deque[Access] = deque(maxlen=_KEPT)

    def record(self, access: Access) -> None:
        """Remembers an access."""
        self._accesses.append(access)

    def shown(self) -> list[KubeObject]:
        """All of them, as JSON."""
        return [asdict(access) for access in self._accesses]
