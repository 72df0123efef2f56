"""The other pages in Streamlit's own harness, with real functions behind them."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ahorrater.contracts.answers import MoveOutcome
from ahorrater.contracts.backtest import BacktestRequest, ParkBattery
from ahorrater.contracts.events import RelabelMode
from ahorrater.domain.decision import Reason
from dashboard.texts import CATALOGUES, Language
from tests.unit.dashboard.function_server import Functions
from tests.unit.dashboard.world import decision, move, recommendation

ENGLISH = CATALOGUES[Language.ENGLISH]


def script(page_name: str, role_name: str, language_name: str) -> None:
    from importlib import import_module

    from dashboard.access import Role
    from dashboard.formats import zone
    from dashboard.reader import Reader
    from dashboard.texts import CATALOGUES, Language

    module = import_module(f"dashboard.pages.{page_name}")
    page = getattr(module, f"{page_name}_page")
    page(Reader(CATALOGUES[Language(language_name)], zone("UTC"), Role(role_name)))


@pytest.fixture(autouse=True)
def fresh(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in functions.environment.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def opened(page: str, role: str = "operator", language: str = "en") -> AppTest:
    found = AppTest.from_function(script, args=(page, role, language), default_timeout=30).run()
    assert not found.exception
    return found


LEVERS = ("move", "label", "pause", "resume", "recommend", "apply", "approve", "veto")


def pulled(page: AppTest, *levers: str) -> AppTest:
    for key in levers:
        page.session_state[f"lever-{key}"] = True
    return page.run()


def words(page: AppTest) -> str:
    return "\n".join(str(element.value) for kind in ("markdown", "text", "caption") for element in page.get(kind))


def warnings(page: AppTest) -> list[str]:
    return [str(warning.value) for warning in page.warning]


def buttons(page: AppTest) -> set[str]:
    return {button.key for button in page.button}


def after_order(page: AppTest) -> AppTest:
    deadline = time.monotonic() + 20
    while not (page.success or page.error) and time.monotonic() < deadline:
        st.cache_resource.clear()
        page.run()
    return page


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("page", ["sun", "cluster", "fuel", "backtest"])
def test_every_page_in_every_language(page: str, language: Language) -> None:
    assert warnings(opened(page, language=language)) == []


def test_the_cluster_page_tells_who_uses_what_and_how_it_is_steered() -> None:
    page = pulled(opened("cluster"), *LEVERS)
    assert r"**sol\-1**" in words(page)
    assert "**CPU 12 %** · 0.50 / 4 cores" in [element.text for element in page.get("progress")]
    assert ENGLISH.cluster.mode_apply_help in words(page)
    assert {"lever-pause-confirm", "lever-move-confirm", "lever-label-confirm", "lever-recommend-confirm"} <= buttons(
        page
    )


def test_viewers_see_no_levers() -> None:
    page = pulled(opened("cluster", role="viewer"), *LEVERS)
    assert buttons(page) == set()
    assert ENGLISH.cluster.viewers_look in words(page)


def test_nothing_happens_before_a_lever_is_pulled() -> None:
    assert buttons(opened("cluster")) == set()


def test_a_paused_system_can_go_on_and_a_recommendation_be_answered(functions: Functions) -> None:
    functions.world.change_control(paused=True, mode=RelabelMode.RECOMMEND_ONLY, waiting=recommendation())
    page = pulled(opened("cluster"), *LEVERS)
    assert ENGLISH.cluster.paused_help in words(page)
    assert {"lever-resume-confirm", "lever-apply-confirm", "lever-approve-confirm", "lever-veto-confirm"} <= buttons(
        page
    )
    assert r"sol\-2 → sol\-3" in page.info[0].value


def test_an_order_is_carried_out_beside_the_page_and_its_outcome_told(functions: Functions) -> None:
    page = pulled(opened("cluster"), "move")
    page.selectbox(key="lever-move-node").select("sol-3")
    page.run()
    page.button(key="lever-move-confirm").click().run()
    after_order(page)
    assert functions.world.sunny == "sol-3"
    assert [success.value for success in page.success] == [r"Move the work → sol\-3: sol\-3 is the sunny node\."]


def test_an_order_that_is_refused_says_why(functions: Functions) -> None:
    functions.relabel.orders_refused = "this is not the token"
    page = pulled(opened("cluster"), "pause")
    page.button(key="lever-pause-confirm").click().run()
    after_order(page)
    assert [error.value for error in page.error] == ["Pause: refused. this is not the token"]


def test_the_last_moves_tell_how_long_they_took_and_what_became_of_them(functions: Functions) -> None:
    functions.world.decisions = [decision("sol-2", "sol-1", Reason.PRESENT_FAILING)]
    functions.world.moves = [
        move("sol-3", "sol-2", outcome=MoveOutcome.UNDONE, why="web does not fit.", duration_s=75, pods_moved=0),
        move("sol-3", "sol-2", outcome=MoveOutcome.RECOMMENDED, pods_moved=0),
        move(),
        move("sol-1", None, epoch=2, duration_s=None, pods_moved=None),
    ]
    table = opened("cluster").table[-1].value
    outcomes = [outcome.replace("\\", "") for outcome in table[ENGLISH.cluster.outcome]]
    assert "failed and undone]" in outcomes[0]
    assert outcomes[0].endswith(":small[in 1 min 15 s]  \n:small[web does not fit.]")
    assert outcomes[1].endswith("only recommended]")
    assert outcomes[2].endswith("moved]  \n:small[in 4.2 s · pods: 2]")
    assert outcomes[3].endswith("moved]")
    whys = [what.replace("\\", "").rsplit("badge", 1)[1] for what in table[ENGLISH.cluster.moved]]
    assert whys == ["[By hand]", "[By hand]", "[The one before failed]", "[By hand]"]


@pytest.mark.parametrize(
    ("page", "stopped", "banners"),
    [
        ("cluster", "cluster-query", 2),
        ("cluster", "relabel", 1),
        ("cluster", "energy-query", 1),
        ("fuel", "fuel-query", 2),
    ],
)
def test_a_function_that_is_away_spoils_its_own_parts_only(
    functions: Functions, page: str, stopped: str, banners: int
) -> None:
    functions.all[stopped].stop()
    found = warnings(opened(page))
    assert len(found) == banners
    assert all(stopped.replace("-", r"\-") in warning for warning in found)


def test_the_fuel_cascade_leads_to_one_station() -> None:
    page = opened("fuel")
    for key, value in (("fuel-ccaa", "13"), ("fuel-provincia-13", "28"), ("fuel-municipio-28", "4355")):
        page.selectbox(key=key).select(value).run()
        assert not page.exception
    page.selectbox(key="fuel-station-4355").select(2).run()
    assert "Gasóleo A and Gasolina 95 E5 at BRAND 2" in words(page).replace("\\", "")
    assert len(page.get("vega_lite_chart")) == 2


def test_a_place_where_nobody_sells_says_so(functions: Functions) -> None:
    functions.world.stations = ()
    assert ENGLISH.fuel.nobody_sells.format(product="Gasóleo A") in [info.value for info in opened("fuel").info]


def test_a_replay_ends_in_a_table() -> None:
    page = opened("backtest")
    page.button(key="run-backtest").click().run()
    deadline = time.monotonic() + 20
    while not page.table and time.monotonic() < deadline:
        page.run()
    assert list(page.table[0].value[ENGLISH.backtest.policy]) == ["**optimum**", "**calm**", r"**stay\-put**"]


def choice(page: AppTest, key: str) -> Any:
    return next(group for group in page.get("button_group") if group.key == key)


def test_a_replay_with_batteries_asks_for_their_details_and_for_one_sunny_node(functions: Functions) -> None:
    page = opened("backtest")
    assert [slider.key for slider in page.slider if slider.key.startswith("battery")] == ["battery-hours"]
    page.slider(key="battery-hours").set_value(2.0).run()
    page.slider(key="battery-reserve").set_value(30).run()
    assert choice(page, "sunny-nodes").disabled
    page.button(key="run-backtest").click().run()
    deadline = time.monotonic() + 20
    while not page.table and time.monotonic() < deadline:
        page.run()
    asked = BacktestRequest.model_validate_json(functions.backtest.bodies[-1])
    assert (asked.battery, asked.sunny_nodes) == (ParkBattery(hours=2.0, reserve=0.3), 1)


def test_a_replay_needs_a_policy(functions: Functions) -> None:
    page = opened("backtest")
    choice(page, "policies").set_value([])
    page.button(key="run-backtest").click().run()
    assert warnings(page) == [ENGLISH.backtest.choose_policy]
    assert functions.backtest.requests.total() == 0
