"""From manifests to brokers that can be used."""

from urllib.parse import urljoin

import aiohttp

from infra.local.broker.dispatch import Dispatcher, Route
from infra.local.broker.filters import trigger_filter
from infra.local.broker.settings import BrokerSettings
from infra.local.broker.subscribers import HttpSubscriber
from infra.local.manifests.delivery import Destination, effective_delivery
from infra.local.manifests.objects import Broker, Trigger
from infra.local.manifests.wiring import Wiring

Brokers = dict[tuple[str, str], Dispatcher]


def build_brokers(wiring: Wiring, settings: BrokerSettings, session: aiohttp.ClientSession) -> Brokers:
    """One Dispatcher for each Broker, by (namespace, name)."""
    return {
        (broker.namespace, broker.name): Dispatcher(
            settings.broker_url(broker.namespace, broker.name),
            tuple(
                _route(trigger, broker, settings, session)
                for trigger in wiring.of(Trigger)
                if (trigger.namespace, trigger.spec.broker) == (broker.namespace, broker.name)
            ),
        )
        for broker in wiring.of(Broker)
    }


def _route(trigger: Trigger, broker: Broker, settings: BrokerSettings, session: aiohttp.ClientSession) -> Route:
    delivery = effective_delivery(broker.spec.delivery, trigger.spec.delivery)
    namespace, sink = trigger.namespace, delivery.dead_letter_sink
    return Route(
        name=trigger.name,
        passes=trigger_filter(trigger.spec),
        subscriber=HttpSubscriber(
            session,
            destination_url(trigger.spec.subscriber, namespace, settings),
            {"prefer": "reply", "kn-namespace": namespace},
        ),
        delivery=delivery,
        dead_letters=HttpSubscriber(session, destination_url(sink, namespace, settings), {}) if sink else None,
    )


def destination_url(destination: Destination, namespace: str, settings: BrokerSettings) -> str:
    """The address that events are posted to: the object's, the `uri`, or the `uri` relative to the object's."""
    if destination.ref is None:
        return destination.uri or ""
    return urljoin(settings.address(destination.ref, namespace), destination.uri or "")
