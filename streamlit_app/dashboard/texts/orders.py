"""The texts of what people order: who they are, sending a chart, and how it went."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTexts:
    """One language. Names in braces are filled in when the text is shown."""

    log_in: str
    log_out: str
    operator: str
    viewer: str

    confirm: str
    under_way: str
    done: str
    done_plainly: str
    refused: str
    not_done: str

    export: str
    export_question: str
    export_confirm: str
    exporting: str
    exported_to_telegram: str
    exported_to_outbox: str
    export_partly: str
    nothing_to_export: str


ENGLISH = OrderTexts(
    log_in="Log in",
    log_out="Log out",
    operator="Operator",
    viewer="Viewer",
    confirm="Yes, do it",
    under_way="{title}: under way for {duration}",
    done="{title}: {sentence}",
    done_plainly="done.",
    refused="{title}: refused. {why}",
    not_done="{title}: {function} {trouble}; perhaps nothing was done.",
    export="Send to Telegram",
    export_question="What the chart shows now goes to the Telegram chats as a picture.",
    export_confirm="Send it",
    exporting="Chart",
    exported_to_telegram="sent to {count} chats.",
    exported_to_outbox="no Telegram token is set: kept in the outbox as {names}.",
    export_partly="sent to {count} chats; not to {failed}.",
    nothing_to_export="There is nothing to send yet.",
)

SPANISH = OrderTexts(
    log_in="Entrar",
    log_out="Salir",
    operator="Operador",
    viewer="Solo lectura",
    confirm="Sí, hacerlo",
    under_way="{title}: en curso desde hace {duration}",
    done="{title}: {sentence}",
    done_plainly="hecho.",
    refused="{title}: rechazado. {why}",
    not_done="{title}: {function} {trouble}; puede que no se haya hecho nada.",
    export="Enviar a Telegram",
    export_question="Lo que muestra ahora el gráfico va a los chats de Telegram como imagen.",
    export_confirm="Enviarlo",
    exporting="Gráfico",
    exported_to_telegram="enviado a {count} chats.",
    exported_to_outbox="no hay token de Telegram: guardado en la bandeja de salida como {names}.",
    export_partly="enviado a {count} chats; no a {failed}.",
    nothing_to_export="Todavía no hay nada que enviar.",
)
