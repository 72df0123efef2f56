"""The objects of Kubernetes and Knative that the local runner plays."""

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from infra.local.manifests.delivery import Delivery, Destination
from infra.local.manifests.filters import AttributesFilter, Filter
from infra.local.manifests.spec import OpenSpec, Spec
from infra.local.pings.cron import Schedule

DEFAULT_NAMESPACE = "default"
ExtensionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+$")]


class Metadata(OpenSpec):
    """An object's name."""

    name: str
    namespace: str = DEFAULT_NAMESPACE


class Manifest(OpenSpec):
    """One object."""

    metadata: Metadata

    @property
    def name(self) -> str:
        """Its name within its namespace."""
        return self.metadata.name

    @property
    def namespace(self) -> str:
        """The namespace it is in."""
        return self.metadata.namespace


class ConfigMap(Manifest):
    """Settings."""

    kind: Literal["ConfigMap"]
    data: dict[str, str] = Field(default_factory=dict)


class NamedSource(OpenSpec):
    """A reference by name to a ConfigMap or Secret."""

    name: str


class EnvironmentSource(OpenSpec):
    """One entry of `envFrom`."""

    config_map_ref: NamedSource | None = None


class EnvironmentVariable(OpenSpec):
    """One entry of `env`; the value is None where a secret or a field of the pod gives it."""

    name: str
    value: str | None = None


class Container(OpenSpec):
    """The first container of a pod, as far as it says what to run and how it is set up."""

    image: str
    env: tuple[EnvironmentVariable, ...] = ()
    env_from: tuple[EnvironmentSource, ...] = ()


class PodSpec(OpenSpec):
    """A pod."""

    containers: Annotated[tuple[Container, ...], Field(min_length=1)]


class PodTemplate(OpenSpec):
    """A pod's template."""

    spec: PodSpec


class WorkloadSpec(OpenSpec):
    """The spec of a Deployment or of a Knative Service."""

    template: PodTemplate


class Deployment(Manifest):
    """A Deployment."""

    kind: Literal["Deployment"]
    spec: WorkloadSpec

    @property
    def container(self) -> Container:
        """Its container."""
        return self.spec.template.spec.containers[0]


class Service(Manifest):
    """A Knative Service: one function."""

    kind: Literal["Service"]
    spec: WorkloadSpec

    @property
    def container(self) -> Container:
        """Its container."""
        return self.spec.template.spec.containers[0]


class BrokerSpec(Spec):
    """A Broker's delivery serves the Triggers that name none."""

    delivery: Delivery | None = None


class Broker(Manifest):
    """A Broker."""

    kind: Literal["Broker"]
    spec: BrokerSpec = BrokerSpec()


class TriggerSpec(Spec):
    """Who gets which events of a Broker. With `filters` given, `filter` counts for nothing."""

    broker: str
    filter: AttributesFilter | None = None
    filters: tuple[Filter, ...] = ()
    subscriber: Destination
    delivery: Delivery | None = None


class Trigger(Manifest):
    """A Trigger."""

    kind: Literal["Trigger"]
    spec: TriggerSpec


class EventOverrides(Spec):
    """Extensions that a source adds to its events."""

    extensions: dict[ExtensionName, str] = Field(default_factory=dict)


class PingSourceSpec(Spec):
    """When which event is sent where."""

    schedule: Annotated[str, AfterValidator(lambda text: Schedule.parse(text).text)] = "* * * * *"
    timezone: Literal["UTC"] | None = None
    content_type: str | None = None
    data: str | None = None
    sink: Destination
    ce_overrides: EventOverrides = EventOverrides()


class PingSource(Manifest):
    """A clock that sends the same event at each of its times."""

    kind: Literal["PingSource"]
    spec: PingSourceSpec


class SinkBindingSpec(Spec):
    """Gives the subject the address of the sink (`K_SINK`) and the extensions to add (`K_CE_OVERRIDES`)."""

    class Subject(Spec):
        """What is bound, by name."""

        api_version: str
        kind: str
        name: str

    subject: Subject
    sink: Destination
    ce_overrides: EventOverrides | None = None

    @property
    def overrides_json(self) -> str:
        """The value of K_CE_OVERRIDES: empty where nothing is overridden, as Knative has it."""
        return "" if self.ce_overrides is None else json.dumps(self.ce_overrides.model_dump())


class SinkBinding(Manifest):
    """A binding of a source to its sink."""

    kind: Literal["SinkBinding"]
    spec: SinkBindingSpec


class Job(Manifest):
    """A task that is done once, before anything else starts."""

    kind: Literal["Job"]


Played = Annotated[
    ConfigMap | Deployment | Service | Broker | Trigger | PingSource | SinkBinding | Job, Field(discriminator="kind")
]
