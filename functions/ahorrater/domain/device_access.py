"""Which MQTT topics a device, and mqtt-source, may use; in mosquitto's words."""

from collections.abc import Mapping

SOURCE_USER = "mqtt-source"
SOURCE_RULES = f"""\
user {SOURCE_USER}
topic read ahorrater/v1/+/telemetry
topic read ahorrater/v1/+/status
"""


def access_rules(devices: Mapping[str, str]) -> str:
    """mosquitto's acl_file: `devices` are nodes by their device's user name. A device speaks for its node only."""
    return "\n".join([SOURCE_RULES, *(_rules(user, node) for user, node in sorted(devices.items()))])


def _rules(user: str, node: str) -> str:
    return f"user {user}\ntopic readwrite ahorrater/v1/{node}/#\n"
