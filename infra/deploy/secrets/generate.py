"""Makes what is missing."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ahorrater.adapters.mqtt.password_file import lines_by_user, new_password, password_line
from infra.deploy.errors import DeployError
from infra.deploy.secrets.certificates import make_certificate
from infra.deploy.secrets.secret import Secrets
from infra.deploy.settings import TelegramSettings

SOURCE_USER = "mqtt-source"
ACL = Path("infra/mosquitto/acl")


def ensure_database(store: Secrets, servers: int) -> None:
    """The database's passwords, and the addresses that functions use. Changed here, they are not changed there.

    `servers` is how many there are (infra/postgres): one, or several of which clients find the primary themselves.
    Without any (an operator's) it is for people to say where the database is.
    """
    if servers == 0:
        if not store.read("ahorrater-database"):
            raise DeployError("the Secret ahorrater-database is missing: infra/postgres/README.md says how to make it")
        return
    new = {"password": new_password(), "replication-password": new_password()}
    passwords = _ensure(store, "postgres", lambda: new)
    _ensure(store, "ahorrater-database", lambda: database_urls(passwords["password"], servers))


def database_urls(password: str, servers: int) -> dict[str, str]:
    """`url` of the primary and, where there are standbys, `read-url` of any."""
    start = f"postgresql://ahorrater:{password}"
    if servers == 1:
        return {"url": f"{start}@postgres:5432/ahorrater"}
    hosts = ",".join(f"postgres-{place}" for place in range(servers))
    return {
        "url": f"{start}@{hosts}/ahorrater?target_session_attrs=read-write",
        "read-url": f"{start}@postgres-read/ahorrater",
    }


def ensure_mqtt(store: Secrets, root: Path, parks: Sequence[str]) -> None:
    """A user for mqtt-source and one for each park; parks may be added later."""
    source = _ensure(store, "ahorrater-mqtt", lambda: {"username": SOURCE_USER, "password": new_password()})
    devices = store.read("ahorrater-parks")
    if new := {park: new_password() for park in parks if park not in devices}:
        devices = {**devices, **new}
        store.write("ahorrater-parks", devices)
    users = {source["username"]: source["password"], **devices}
    if lines_by_user(store.read("mosquitto").get("passwords", "")).keys() != users.keys():
        acl = (root / ACL).read_text(encoding="utf-8")
        passwords = "".join(password_line(*user) for user in sorted(users.items()))
        store.write("mosquitto", {"passwords": passwords, "acl": acl})


def ensure_certificate(store: Secrets, hosts: Sequence[str]) -> None:
    """mosquitto's certificate; delete the Secret mosquitto-tls to have a new one, which devices must then trust."""
    _ensure(store, "mosquitto-tls", lambda: make_certificate(hosts))


def ensure_people(store: Secrets, telegram: TelegramSettings) -> None:
    """The token of the paths for people, and Telegram's, which only people can give."""
    _ensure(store, "ahorrater-manual", lambda: {"token": new_password()})
    if telegram.token:
        people = {"chats": telegram.chats or "", "operators": telegram.operators or ""}
        store.write("ahorrater-telegram", {"token": telegram.token, **people})


def _ensure(store: Secrets, name: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    values = store.read(name)
    if not values:
        values = make()
        store.write(name, values)
    return values
