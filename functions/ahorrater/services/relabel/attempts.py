"""Work that is begun again when something changed under it."""

import logging
from collections.abc import Callable
from typing import TypeVar

from ahorrater.contracts.errors import RetryLater
from ahorrater.services.relabel.ports import Conflict

MAX_ATTEMPTS = 5
"""How often work is begun afresh because something changed under it, before the broker is asked to try later."""
T = TypeVar("T")
logger = logging.getLogger(__name__)


def until_no_conflict(work: Callable[[], T]) -> T:
    """The result of `work`, which reads all it needs and is done again when that changed before it wrote."""
    for _ in range(MAX_ATTEMPTS):
        try:
            return work()
        except Conflict as conflict:
            logger.info("something changed meanwhile, again from the start: %s", conflict)
    raise RetryLater("the cluster's objects change faster than they can be written; try again")
