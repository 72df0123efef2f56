"""Makes what is missing."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ahorrater.adapters.mqtt.password_file import lines_by_user, new_password, password_line
from infra.deploy.secrets.certificates import make_certificate
from infra.deploy.secrets.secret import Secrets
from infra.deploy.settings import TelegramSettings

SOURCE_USER = "mqtt-source"
ACL = Path("infra/mosquitto/acl")


def ensure_database(store: Secrets) -> None:
    """The database's passwords, and the address that functions use. Changed here, they are not changed there."""
    passwords = store.read("postgres")
    if not passwords:
        passwords = {"password": new_password(), "replication-password": new_password()}
        store.write("postgres", passwords)
    if not store.read("ahorrater-database"):
        store.write(
            "ahorrater-database", {"url": f"postgresql://ahorrater:{passwords['password']}@postgres:5432/ahorrater"}
        )


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
