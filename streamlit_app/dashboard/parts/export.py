"""What a chart shows, sent to Telegram, with the outcome."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from ahorrater.contracts.exports import DataExport, Delivered, Where
from dashboard.connections import functions
from dashboard.live import REFRESH_S
from dashboard.parts.ordering import confirm, lever, outcome
from dashboard.reader import Reader


@st.fragment(run_every=REFRESH_S)
def export_part(reader: Reader, key: str, data: Callable[[], DataExport | None]) -> None:
    """A lever for operators. `data`: what is on the screen when it is pulled; None: nothing yet."""
    if not reader.may_order:
        return
    texts = reader.texts.orders
    with lever(key, texts.export, ":material/send:"):
        export = data()
        if export is None:
            st.write(texts.nothing_to_export)
        else:
            st.write(texts.export_question)
            ask = partial(functions().notify.export, export)
            confirm(key, texts.export_confirm, texts.exporting, f"{key}-order", ask)
    outcome(f"{key}-order", reader, lambda delivered: _sentence(delivered, reader))


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
