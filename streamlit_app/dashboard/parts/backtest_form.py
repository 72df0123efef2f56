"""What is to be replayed."""

import streamlit as st

from ahorrater.contracts.backtest import (
    MAX_CSV_CHARACTERS,
    BacktestRequest,
    ParkBattery,
    PolicyName,
    SampleTrace,
    StoredReadings,
    UploadedTrace,
)
from dashboard.formats import escape
from dashboard.reader import Reader
from dashboard.replays import TraceFileError, TraceKind, text_of

_MEGABYTE = 2**20


def backtest_form(reader: Reader) -> BacktestRequest | None:
    """The request, once its button is pressed and nothing is missing in it."""
    texts = reader.texts.backtest
    source, length = st.columns(2)
    kind = source.segmented_control(
        texts.trace,
        list(TraceKind),
        default=TraceKind.SAMPLE,
        required=True,
        format_func=lambda kind: texts.trace_kind[kind],
        key="trace-kind",
        wrap=True,
    )
    with length:
        trace = _trace(kind, reader)
    policies = st.pills(
        texts.policies,
        list(PolicyName),
        selection_mode="multi",
        default=list(PolicyName),
        key="policies",
    )
    variants = st.toggle(texts.variants, value=True, key="variants")
    left, right = st.columns(2)
    load = left.slider(texts.load, 5, 100, 30, 5, help=texts.load_help, key="load")
    cost = right.slider(texts.move_cost, 0.0, 30.0, 3.0, 0.5, help=texts.move_cost_help, key="move-cost")
    battery = _battery(reader)
    nodes = st.segmented_control(
        texts.sunny_nodes,
        [1, 2, 3],
        default=1,
        required=True,
        help=texts.sunny_nodes_help,
        key="sunny-nodes",
        disabled=battery is not None,
    )
    doubts = st.toggle(texts.doubt_sensors, help=texts.doubt_sensors_help, key="doubt-sensors")
    if not st.button(texts.run, type="primary", icon=":material/play_arrow:", key="run-backtest"):
        return None
    if not policies or trace is None:
        st.warning(texts.upload_first if policies else texts.choose_policy, icon=":material/rule:")
        return None
    return BacktestRequest(
        trace=trace,
        policies=tuple(policies),
        variants=variants,
        load_fraction=load / 100,
        move_cost_minutes=cost,
        battery=battery,
        sunny_nodes=1 if battery else nodes,
        doubt_sensors=doubts,
    )


def _battery(reader: Reader) -> ParkBattery | None:
    """What each park's battery is like; its details are asked for once there is one."""
    texts = reader.texts.backtest
    left, middle, right = st.columns(3)
    hours = left.slider(texts.battery_hours, 0.0, 24.0, 0.0, 0.5, help=texts.battery_hours_help, key="battery-hours")
    if hours == 0:
        return None
    reserve = middle.slider(texts.battery_reserve, 0, 90, 20, 5, help=texts.battery_reserve_help, key="battery-reserve")
    efficiency = right.slider(texts.battery_efficiency, 50, 100, 95, 1, key="battery-efficiency")
    return ParkBattery(hours=hours, reserve=reserve / 100, efficiency=efficiency / 100)


def _trace(kind: TraceKind, reader: Reader) -> SampleTrace | StoredReadings | UploadedTrace | None:
    texts = reader.texts.backtest
    if kind is TraceKind.SAMPLE:
        return SampleTrace(days=st.slider(texts.days_back, 1, 7, 2, key="sample-days"))
    if kind is TraceKind.READINGS:
        return StoredReadings(days=float(st.slider(texts.days_back, 1, 31, 7, key="readings-days")))
    return _uploaded(reader)


def _uploaded(reader: Reader) -> UploadedTrace | None:
    texts = reader.texts.backtest
    file = st.file_uploader(
        texts.upload,
        ["csv", "gz"],
        help=texts.upload_help,
        max_upload_size=max(1, MAX_CSV_CHARACTERS // _MEGABYTE + 1),
        key="trace-file",
    )
    if file is None:
        return None
    try:
        text = text_of(file.name, file.getvalue())
    except TraceFileError as error:
        st.error(texts.upload_unreadable.format(why=escape(str(error))), icon=":material/draft:")
        return None
    return UploadedTrace(text=text) if text else None
