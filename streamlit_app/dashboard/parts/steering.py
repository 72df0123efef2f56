"""How relabel is steered, what waits for an answer, and the levers for those who may."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st

from ahorrater.adapters.clients.relabel import Change, RelabelClient
from ahorrater.contracts.control import Control, Recommendation, RecommendationState
from ahorrater.contracts.events import RelabelMode
from ahorrater.domain.speaking import together
from dashboard import live
from dashboard.client import Answer, Away
from dashboard.connections import functions, now
from dashboard.formats import duration, escape
from dashboard.parts.banner import banner
from dashboard.parts.ordering import Ask, confirm, lever, outcome
from dashboard.reader import Reader

P = ParamSpec("P")
T = TypeVar("T")
ToNode = Callable[[RelabelClient, str], Change]

_PLACE = "steering-order"


@st.fragment(run_every=live.REFRESH_S)
def steering_part(reader: Reader) -> None:
    """The state first; the levers do nothing before they are confirmed."""
    control = live.control()
    if isinstance(control, Away):
        banner(control, reader)
        return
    with st.container(border=True, key="steering"):
        _state(control.value, reader)
        _waiting(control.value.waiting, reader)
        if not reader.may_order:
            st.caption(f":material/visibility: {reader.texts.cluster.viewers_look}")
            return
        with st.container(horizontal=True):
            _levers(control.value, reader)
        outcome(_PLACE, reader, lambda value: _sentence(value, reader))


def _state(control: Control, reader: Reader) -> None:
    texts = reader.texts.cluster
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if control.paused:
            st.badge(texts.paused, icon=":material/pause_circle:", color="orange")
        elif control.mode is RelabelMode.APPLY:
            st.badge(texts.mode_apply, icon=":material/play_circle:", color="green")
        if control.mode is RelabelMode.RECOMMEND_ONLY:
            st.badge(texts.mode_recommend, icon=":material/front_hand:", color="blue")
        st.text(_explanation(control, reader))
    changed = control.changed_at
    age = texts.never_changed if changed is None else texts.changed.format(age=_age(changed))
    st.caption(f":material/schedule: {age}")


def _explanation(control: Control, reader: Reader) -> str:
    texts = reader.texts.cluster
    if control.paused:
        return texts.paused_help
    return texts.mode_apply_help if control.mode is RelabelMode.APPLY else texts.mode_recommend_help


def _waiting(waiting: Recommendation | None, reader: Reader) -> None:
    texts = reader.texts.cluster
    if waiting is None:
        return
    text = {
        RecommendationState.WAITING: texts.waiting,
        RecommendationState.APPROVED: texts.approved,
        RecommendationState.VETOED: texts.vetoed,
    }[waiting.state]
    previous = waiting.previous or reader.texts.no_node
    sentence = text.format(age=_age(waiting.decided_at), previous=escape(previous), node=escape(_place(waiting)))
    st.info(f"**{sentence}**  \n{escape(waiting.sentence)}", icon=":material/lightbulb:")


def _levers(control: Control, reader: Reader) -> None:
    texts, waiting = reader.texts.cluster, control.waiting
    if waiting is not None and waiting.state is RecommendationState.WAITING:
        _levers_of_recommendation(waiting, reader)
    _lever_to_node("move", texts.move, texts.move_question, RelabelClient.move, ":material/moving:", reader)
    _lever_to_node("label", texts.label, texts.label_question, RelabelClient.label, ":material/label:", reader)
    if control.paused:
        resume = _order(RelabelClient.resume)
        _lever("resume", texts.resume, texts.resume_question, resume, ":material/play_arrow:", reader)
    else:
        _lever("pause", texts.pause, texts.pause_question, _order(RelabelClient.pause), ":material/pause:", reader)
    if control.mode is RelabelMode.APPLY:
        recommend = _order(RelabelClient.set_mode, RelabelMode.RECOMMEND_ONLY)
        _lever("recommend", texts.recommend, texts.recommend_question, recommend, ":material/front_hand:", reader)
    else:
        act = _order(RelabelClient.set_mode, RelabelMode.APPLY)
        _lever("apply", texts.apply, texts.apply_question, act, ":material/play_circle:", reader)


def _levers_of_recommendation(waiting: Recommendation, reader: Reader) -> None:
    texts = reader.texts.cluster
    names = {"previous": escape(waiting.previous or reader.texts.no_node), "node": escape(_place(waiting))}
    approve, veto = _order(RelabelClient.approve, waiting.epoch), _order(RelabelClient.veto, waiting.epoch)
    _lever("approve", texts.approve, texts.approve_question.format(**names), approve, ":material/thumb_up:", reader)
    _lever("veto", texts.veto, texts.veto_question.format(**names), veto, ":material/thumb_down:", reader)


def _order(question: Callable[Concatenate[RelabelClient, P], T], *args: P.args, **kwargs: P.kwargs) -> Ask:
    return partial(functions().relabel.order, question, *args, **kwargs)


def _lever(key: str, title: str, question: str, ask: Ask, icon: str, reader: Reader) -> None:
    pulled = lever(f"lever-{key}", title, icon)
    if pulled.open:
        with pulled:
            st.write(question)
            confirm(f"lever-{key}", reader.texts.orders.confirm, title, _PLACE, ask)


def _lever_to_node(key: str, title: str, question: str, order: ToNode, icon: str, reader: Reader) -> None:
    pulled = lever(f"lever-{key}", title, icon)
    if pulled.open:
        with pulled:
            _to_node(f"lever-{key}", title, question, order, reader)


def _to_node(key: str, title: str, question: str, order: ToNode, reader: Reader) -> None:
    nodes = live.nodes()
    names = sorted(node.name for node in nodes.value if node.schedulable) if isinstance(nodes, Answer) else []
    node = st.selectbox(reader.texts.cluster.to_node, names, key=f"{key}-node")
    st.write(question)
    if node is not None:
        named = f"{title.removesuffix(' …')} → {node}"
        confirm(key, reader.texts.orders.confirm, named, _PLACE, _order(order, node))


def _sentence(value: object, reader: Reader) -> str:
    return value.sentence if isinstance(value, Change) else reader.texts.orders.done_plainly


def _place(waiting: Recommendation) -> str:
    return together(waiting.node, waiting.also)


def _age(moment: datetime) -> str:
    return duration((now() - moment).total_seconds())
