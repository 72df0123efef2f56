"""Orders of people to a function. They run beside the page, which goes on living and tells how it went."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import streamlit as st

from dashboard.client import Answer, Away
from dashboard.connections import now

T = TypeVar("T")

AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class Order(Generic[T]):
    """Something that was asked for, by its name in the reader's language."""

    title: str
    begun_at: datetime
    reply: Future[Answer[T] | Away]


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="order")


def aside(work: Callable[[], T]) -> Future[T]:
    """Does it beside the page."""
    return _workers().submit(work)


def give(key: str, title: str, order: Callable[[], Answer[T] | Away]) -> None:
    """Begins it, in this session's place `key`, where a newer order takes the place of an older one."""
    st.session_state[key] = Order(title, now(), aside(order))


def under_way(key: str) -> bool:
    """Whether the last order in this place waits for its reply."""
    order = given(key)
    return order is not None and not order.reply.done()


def given(key: str) -> Order[object] | None:
    """The last order of this session in the place `key`."""
    order = st.session_state.get(key)
    return order if isinstance(order, Order) else None
