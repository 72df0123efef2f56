"""The settings of mqtt-source, as environment variables say them."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from ahorrater.adapters.mqtt.settings import SourceSettings


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> SourceSettings:
    for name, value in ({"K_SINK": "http://broker/ns/default"} | variables).items():
        monkeypatch.setenv(name, value)
    return SourceSettings()


@pytest.mark.parametrize(("text", "parks"), [("", set()), ("a", {"a"}), (" a, b ,", {"a", "b"})])
def test_parks_are_comma_separated(monkeypatch: pytest.MonkeyPatch, text: str, parks: set[str]):
    assert settings(monkeypatch, PARKS=text).parks == parks


@pytest.mark.parametrize(
    ("text", "extensions"),
    [("", {}), ("{}", {}), ('{"extensions": {"cluster": "casa"}}', {"cluster": "casa"})],
)
def test_overrides_are_what_a_sink_binding_writes(
    monkeypatch: pytest.MonkeyPatch, text: str, extensions: dict[str, str]
):
    assert settings(monkeypatch, K_CE_OVERRIDES=text).k_ce_overrides.extensions == extensions


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"K_SINK": ""}, "k_sink"),
        ({"K_SINK": "broker"}, "k_sink"),
        ({"PARKS": "Worker_1"}, "parks"),
        ({"MQTT_PORT": "0"}, "mqtt_port"),
        ({"MQTT_USERNAME": "u", "MQTT_PASSWORD": "p", "MQTT_PASSWORD_FILE": "f"}, "not both"),
        ({"MQTT_PASSWORD": "p"}, "set MQTT_USERNAME"),
        ({"MQTT_CERT_FILE": "c"}, "MQTT_CERT_FILE and MQTT_KEY_FILE together"),
        ({"MQTT_CERT_FILE": "c", "MQTT_KEY_FILE": "k"}, "set MQTT_CA_FILE"),
        ({"K_CE_OVERRIDES": '{"extensions": {"Bad-Name": "x"}}'}, "k_ce_overrides"),
        ({"K_CE_OVERRIDES": "{"}, "k_ce_overrides"),
    ],
)
def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str):
    with pytest.raises((ValidationError, SettingsError), match=says):
        settings(monkeypatch, **variables)


def test_the_password_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "password").write_text("sun\n")
    configured = settings(monkeypatch, MQTT_USERNAME="u", MQTT_PASSWORD_FILE=str(tmp_path / "password"))
    assert configured.read_mqtt_password() == "sun"


def test_the_password_is_not_shown(monkeypatch: pytest.MonkeyPatch):
    assert "moon" not in repr(settings(monkeypatch, MQTT_USERNAME="u", MQTT_PASSWORD="moon"))
