"""The thread that delivers: it wakes when it should, and nothing ends it but its stop."""

import signal
import threading

import pytest

from ahorrater.adapters.telegram.worker import DeliveryWorker
from ahorrater.contracts.errors import RetryLater

DEADLINE_S = 20


class FakeDelivery:
    """Counts its calls; each takes the next of `outcomes`: a wait in s, or an error."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.called = threading.Semaphore(0)
        self.begun = 0

    def begin(self):
        self.begun += 1
        raise RetryLater("the database is away")

    def deliver(self):
        outcome = self.outcomes.pop(0) if self.outcomes else None
        self.called.release()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def was_called(self, times=1):
        return all(self.called.acquire(timeout=DEADLINE_S) for _ in range(times))


@pytest.fixture
def start():
    handler = signal.getsignal(signal.SIGTERM)
    workers = []

    def run(delivery):
        workers.append(DeliveryWorker(delivery).start())
        return workers[-1]

    yield run
    for worker in workers:
        worker.stop()
    signal.signal(signal.SIGTERM, handler)


def test_it_delivers_at_once_what_was_left_also_when_it_cannot_tidy_up(start):
    delivery = FakeDelivery()
    start(delivery)
    assert delivery.was_called()
    assert delivery.begun == 1


def test_it_comes_back_when_the_next_is_due(start):
    delivery = FakeDelivery(0.01, 0.01)
    start(delivery)
    assert delivery.was_called(3)


@pytest.mark.parametrize("outcome", [None, 3600.0, RetryLater("the database is away"), ZeroDivisionError()])
def test_being_woken_it_delivers_whatever_happened_before(start, outcome):
    delivery = FakeDelivery(outcome)
    worker = start(delivery)
    assert delivery.was_called()
    worker.wake()
    assert delivery.was_called()


def test_it_stops_when_it_is_told(start):
    delivery = FakeDelivery(3600.0)
    worker = start(delivery)
    assert delivery.was_called()
    worker.stop()
    worker.wake()
    assert not delivery.called.acquire(timeout=0.1)


def test_sigterm_ends_python_in_order(start):
    start(FakeDelivery())
    with pytest.raises(SystemExit) as caught:
        signal.raise_signal(signal.SIGTERM)
    assert caught.value.code == 0
