"""The settings of mqtt-source: environment variables of the same names in capitals."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, Field, HttpUrl, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ahorrater.contracts.base import NodeName

ExtensionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+$")]


def _split(names: object) -> object:
    """`a, b` -> ["a", "b"]."""
    return [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names


class CloudEventOverrides(BaseModel):
    """What a SinkBinding puts into K_CE_OVERRIDES: extension attributes for every event."""

    extensions: dict[ExtensionName, str] = {}


class SourceSettings(BaseSettings):
    """Where readings come from (MQTT_*) and go to (K_*, set by Knative's SinkBinding)."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    mqtt_host: str = Field(default="127.0.0.1", description="The MQTT broker's host.")
    mqtt_port: int = Field(default=1883, ge=1, le=65535, description="Its port; 8883 with TLS.")
    mqtt_username: str | None = Field(default=None, description="None connects anonymously.")
    mqtt_password: SecretStr | None = Field(default=None, description="The user's password.")
    mqtt_password_file: Path | None = Field(
        default=None, description="A file with the password instead, read at each connect so that it can be changed."
    )
    mqtt_ca_file: Path | None = Field(default=None, description="PEM of the broker's CA. Setting it turns TLS on.")
    mqtt_cert_file: Path | None = Field(default=None, description="PEM client certificate, if the broker wants one.")
    mqtt_key_file: Path | None = Field(default=None, description="PEM key of the client certificate.")
    mqtt_client_id: str = Field(
        default="ahorrater-mqtt-source",
        min_length=1,
        description="Fixed: the broker keeps what is unacknowledged under it. Two with one id push each other out.",
    )
    mqtt_session_expiry_s: int = Field(
        default=30 * 24 * 3600,
        ge=0,
        le=0xFFFF_FFFE,
        description="Seconds that the broker keeps the session while the source is away. Long: readings wait in it.",
    )
    mqtt_receive_maximum: int = Field(
        default=2000,
        ge=1,
        le=65535,
        description="Messages that may be unacknowledged at once: the back-pressure; bounds memory and batch.",
    )
    mqtt_keepalive_s: int = Field(
        default=30, ge=1, le=65535, description="Seconds between pings; a dead connection is noticed in twice that."
    )
    mqtt_max_payload_bytes: int = Field(
        default=16 * 1024, ge=1, description="Bytes of a message; a reading has some 150. Longer ones are dead letters."
    )
    parks: Annotated[frozenset[NodeName], NoDecode, BeforeValidator(_split)] = Field(
        default=frozenset(), description="The nodes with a park, comma separated; empty takes any node."
    )
    k_sink: HttpUrl = Field(description="Where events are POSTed. Knative's SinkBinding sets it.")
    k_ce_overrides: CloudEventOverrides = Field(
        default=CloudEventOverrides(), description='JSON {"extensions": {...}}, merged into every event.'
    )
    k_ca_certs: str | None = Field(
        default=None, description="PEM certificates trusted for the sink beside the system's."
    )
    oidc_token_file: Path = Field(
        default=Path("/oidc/token"),
        description="Bearer token for the sink, where Knative mounts one; read when it changes.",
    )
    sink_timeout_s: float = Field(
        default=60,
        gt=0,
        description="Seconds for one POST. Long: a Knative broker answers after the whole chain is through.",
    )
    sink_retry_first_s: float = Field(default=0.1, gt=0, description="Seconds before the first repetition.")
    sink_retry_longest_s: float = Field(
        default=10, gt=0, description="Seconds that the wait between repetitions grows to."
    )
    mqtt_reconnect_longest_s: float = Field(
        default=30, gt=0, description="Seconds that the wait between connects grows to, from half a second."
    )
    shutdown_grace_s: float = Field(
        default=10, ge=0, description="Seconds at SIGTERM for the POST under way; below the pod's grace period (30)."
    )
    metrics_host: str = Field(default="0.0.0.0", description="Address of /healthz, /readyz, /metrics.")  # noqa: S104 -- in a pod
    metrics_port: int = Field(default=9090, ge=0, le=65535, description="Its port; 0 takes a free one.")

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> Self:
        if self.mqtt_password and self.mqtt_password_file:
            raise ValueError("set MQTT_PASSWORD or MQTT_PASSWORD_FILE, not both")
        if (self.mqtt_password or self.mqtt_password_file) and not self.mqtt_username:
            raise ValueError("a password without a user: set MQTT_USERNAME")
        if (self.mqtt_cert_file or self.mqtt_key_file) and not (self.mqtt_cert_file and self.mqtt_key_file):
            raise ValueError("set MQTT_CERT_FILE and MQTT_KEY_FILE together")
        if self.mqtt_cert_file and not self.mqtt_ca_file:
            raise ValueError("a client certificate needs TLS: set MQTT_CA_FILE")
        return self

    def read_mqtt_password(self) -> str | None:
        """The password as it is now. OSError if its file cannot be read."""
        if self.mqtt_password_file:
            return self.mqtt_password_file.read_text().rstrip("\r\n")
        return self.mqtt_password.get_secret_value() if self.mqtt_password else None
