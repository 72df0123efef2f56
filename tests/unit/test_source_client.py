"""What the MQTT client makes of the broker's answers that a file ACL of mosquitto cannot provoke."""

import asyncio

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ahorrater.adapters.mqtt.client import MqttClient
from ahorrater.adapters.mqtt.settings import SourceSettings
from ahorrater.services.source.inbox import Inbox
from tests.unit.source_fakes import NOON


class SilentObserver:
    def received(self, _messages: int) -> None: ...

    def dropped(self) -> None: ...

    def ready(self, _ready: bool) -> None: ...


async def no_pause(_delay_s: float) -> None: ...


@pytest.mark.parametrize(("second", "ready"), [("Granted QoS 1", True), ("Not authorized", False)])
def test_a_refused_subscription_is_not_ready_and_names_the_topic(
    second: str, ready: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("K_SINK", "http://broker/")

    async def answer_to_subscribe() -> MqttClient:
        client = MqttClient(SourceSettings(), Inbox(1), SilentObserver(), no_pause, lambda: NOON)
        reasons = [ReasonCode(PacketTypes.SUBACK, name) for name in ("Granted QoS 1", second)]
        client._on_subscribe(client._client, None, 1, reasons, Properties(PacketTypes.SUBACK))
        return client

    client = asyncio.run(answer_to_subscribe())
    assert client.is_ready is ready
    assert ("refused to let us read ahorrater/v1/+/status: grant it in the broker's ACL" in caplog.text) is not ready
