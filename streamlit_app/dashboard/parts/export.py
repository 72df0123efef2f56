"""What a chart shows, sent to Telegram, with the outcome."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from ahorrater.adapters.clients.notify import NotifyClient
from ahorrater.contracts.exports import DataExport, Delivered, Where
from dashboard.connections import functions
from dashboard.live import REFRESH_S
from dashboard.orders import under_way
from dashboard.parts.ordering import confirm, lever, outcome
from dashboard.reader import Reader


def export_part(reader: Reader, key: str, data: Callable[[], DataExport | None]) -> None:
    """A lever for operators. `data`: what is on the screen when it is pulled; None: nothing yet."""
    if reader.may_order:
        waits = under_way(f"{key}-order")
        st.fragment(_export, run_every=REFRESH_S if waits else None)(reader, key, data, waits)


def _export(reader: Reader, key: str, data: Callable[[], DataExport | None], waits: bool) -> None:
    """Drawn again and again only while an order is under way."""
    texts, place = reader.texts.orders, f"{key}-order"
    pulled = lever(key, texts.export, ":material/send:")
    if pulled.open:
        with pulled:
            _ask(reader, key, data())
    outcome(place, reader, lambda delivered: _sentence(delivered, reader))
    if under_way(place) is not waits:
        st.rerun()


def _ask(reader: Reader, key: str, export: DataExport | None) -> None:
    texts = reader.texts.orders
    if export is None:
        st.write(texts.nothing_to_export)
        return
    st.write(texts.export_question)
    confirm(
        key,
        texts.export_confirm,
        texts.exporting,
        f"{key}-order",
        partial(functions().notify.order, NotifyClient.export, export),
    )


def _sentence(delivered: object, reader: Reader) -> str:
    texts = reader.texts.orders
    if not isinstance(delivered, Delivered):
        return texts.done_plainly
    if delivered.failed:
        failed = ", ".join(one.chat_id for one in delivered.failed)
        return texts.export_partly.format(count=delivered.sent, failed=failed)
    if delivered.where is Where.OUTBOX:
        return texts.exported_to_outbox.format(names=", ".join(delivered.references))
    return texts.exported_to_telegram.format(count=delivered.sent)
