"""Orders on the page: a lever that asks before it acts, and what became of the order."""

from collections.abc import Callable

import streamlit as st
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from ahorrater.adapters.clients.http import Trouble
from dashboard.client import Answer, Away
from dashboard.connections import now
from dashboard.formats import duration, escape
from dashboard.orders import give, given
from dashboard.reader import Reader

Ask = Callable[[], Answer[object] | Away]
Tell = Callable[[object], str]


def lever(key: str, title: str, icon: str) -> PopoverContainer:
    """A button that opens: inside it says what would happen, and has a `confirm`."""
    return st.popover(title, icon=icon, key=key, on_change="rerun")


def confirm(key: str, label: str, title: str, place: str, ask: Ask) -> None:
    """The button inside the lever `key` that gives the order into `place` and closes the lever."""

    def order() -> None:
        st.session_state[key] = False
        give(place, title, ask)

    st.button(label, type="primary", key=f"{key}-confirm", on_click=order)


def outcome(place: str, reader: Reader, tell: Tell) -> None:
    """What became of the last order in `place`, while it lasts and afterwards. `tell`: an answer in one sentence."""
    order = given(place)
    if order is None:
        return
    texts, title = reader.texts.orders, escape(order.title)
    if not order.reply.done():
        elapsed = duration((now() - order.begun_at).total_seconds())
        st.info(texts.under_way.format(title=title, duration=elapsed), icon=":material/hourglass_top:")
        return
    reply = order.reply.result()
    if isinstance(reply, Answer):
        st.success(texts.done.format(title=title, sentence=escape(tell(reply.value))), icon=":material/check:")
    else:
        st.error(_trouble(title, reply, reader), icon=":material/error:")
    age = duration((now() - reply.at).total_seconds())
    st.caption(reader.texts.ago.format(age=age))


def _trouble(title: str, away: Away, reader: Reader) -> str:
    texts = reader.texts.orders
    if away.trouble is Trouble.REFUSED and away.said:
        return texts.refused.format(title=title, why=escape(away.said))
    return texts.not_done.format(
        title=title, function=escape(away.function), trouble=reader.texts.trouble[away.trouble]
    )
