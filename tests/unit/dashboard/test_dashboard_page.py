"""The Sun page in Streamlit's own harness, with real functions behind it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ahorrater.contracts.answers import DecisionEntry, ForecastPoint, HealthFlag, PanelHealth, ParkCondition
from ahorrater.domain.decision import Reason
from dashboard.texts import CATALOGUES, Language
from tests.unit.dashboard.function_server import Functions
from tests.unit.dashboard.world import ParkWorld, decision, now

APP = Path(__file__).parents[3] / "streamlit_app" / "app.py"
ENGLISH, SPANISH = CATALOGUES[Language.ENGLISH], CATALOGUES[Language.SPANISH]


@pytest.fixture
def page(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    for name, value in functions.environment.items():
        monkeypatch.setenv(name, value)
    st.cache_resource.clear()
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params["lang"] = "en"
    yield app
    st.cache_resource.clear()


def again(page: AppTest) -> AppTest:
    st.cache_resource.clear()
    return page.run()


def words(page: AppTest) -> str:
    return "\n".join(str(element.value) for kind in ("markdown", "text", "caption") for element in page.get(kind))


def warnings(page: AppTest) -> list[str]:
    return [str(warning.value) for warning in page.warning]


def test_it_shows_the_sun_the_parks_the_day_and_the_decisions(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert page.header[0].value == r":orange[:material/sunny:] sol\-2"
    assert [metric.value for metric in page.metric][:3] == ["6.0 W", "14.2 W", "16.9 W"]
    assert [metric.value for metric in page.metric][3:] == ["82.0 %", "102.5 Wh", "17.1 Wh", "3", "10.2 g"]
    assert [heading.value for heading in page.subheader][1:] == [
        ENGLISH.parks,
        ENGLISH.chart,
        ENGLISH.today,
        ENGLISH.decisions,
    ]
    assert "The function's own words about sol-2." in words(page)
    assert len(page.table) == 1
    assert warnings(page) == []


def test_it_names_all_that_share_the_work(functions: Functions, page: AppTest) -> None:
    world = functions.world
    world.also, world.decisions = ("sol-3",), [decision(reason=Reason.SPREAD, also=("sol-3",))]
    world.day = world.day.model_copy(update={"served_wh": {"sol-1": 1.0, "sol-2": 9.0}})
    page.run()
    shared = ENGLISH.shared_with.format(nodes=r"**sol\-3**")
    assert f":orange[:material/sunny:] {shared}" in [one.value for one in page.markdown]
    suns = [one.value for one in page.markdown if "sunny" in one.value and one.value.startswith("**:orange")]
    assert suns == [rf"**:orange[:material/sunny:] sol\-{number}**" for number in (2, 3)]
    assert r"sol\-1 → sol\-2 \+ sol\-3" in page.table[0].value.to_csv()
    served = next(metric for metric in page.metric if metric.label == ENGLISH.served)
    assert served.help == r"By node: sol\-2 9.0 Wh, sol\-1 1.0 Wh."


def test_what_is_pending_counts_down(page: AppTest) -> None:
    page.run()
    assert page.subheader[0].value.startswith(r"sol\-3 · 4")
    assert "sol-3 gives more" in words(page)


def test_nothing_is_pending(page: AppTest, functions: Functions) -> None:
    functions.world.decisions = [decision("sol-2", "sol-2", ago_s=1), decision()]
    page.run()
    assert page.subheader[0].value == ENGLISH.nothing_pending


def test_a_system_that_knows_nothing_yet_is_no_error(page: AppTest, functions: Functions) -> None:
    world = functions.world
    world.parks, world.decisions, world.day, world.nodes, world.sunny = {}, [], None, [], None
    page.run()
    assert not page.exception
    assert page.header[0].value == ENGLISH.no_sunny_node
    assert [info.value for info in page.info] == [
        ENGLISH.no_parks,
        ENGLISH.no_history,
        ENGLISH.no_account,
        ENGLISH.no_decisions,
    ]


@pytest.mark.parametrize(
    ("park", "text"),
    [
        (ParkWorld(9), "Online"),
        (ParkWorld(9, state=ParkCondition.STALE), "Stale"),
        (ParkWorld(9, state=ParkCondition.OFFLINE), "Offline"),
        (ParkWorld(9, state=ParkCondition.SLEEPING), "Sleeping"),
    ],
)
def test_the_state_of_a_device_is_a_word(page: AppTest, functions: Functions, park: ParkWorld, text: str) -> None:
    functions.world.parks = {"sol-1": park}
    functions.world.nodes = ["sol-1"]
    page.run()
    assert f"{text}]" in words(page)


def test_a_node_without_a_park_says_so(page: AppTest, functions: Functions) -> None:
    functions.world.nodes.append("sol-4")
    page.run()
    assert ENGLISH.never_heard in words(page)
    assert len(page.metric) == 8


def test_what_was_expected_and_what_is_foreseen_stands_beside_what_was_measured(
    page: AppTest, functions: Functions
) -> None:
    ahead = tuple(ForecastPoint(at=now() + timedelta(minutes=30 * step), power_w=10.0 + step) for step in range(1, 5))
    health = PanelHealth(flag=HealthFlag.SOILING, evidence="12 % below the clear sky for 9 days")
    functions.world.parks = {"sol-1": ParkWorld(9, expected_w=11.2, forecast=ahead, health=health)}
    page.run()
    assert "18.0 V · 0.50 A · expected 11.2 W · in 1 h 12.0 W" in words(page)
    assert "Perhaps dirty]" in words(page)


def test_old_values_tell_their_age(page: AppTest, functions: Functions) -> None:
    functions.world.parks["sol-1"].silent_for_s = 400
    page.run()
    assert "6 min 40 s ago" in words(page)


def test_a_function_that_is_away_spoils_its_own_parts_only(page: AppTest, functions: Functions) -> None:
    functions.cluster.stop()
    page.run()
    assert not page.exception
    assert all("cluster" in warning for warning in warnings(page))
    assert len(warnings(page)) == 1
    assert len(page.metric) == 8

    functions.cluster.start()
    again(page)
    assert warnings(page) == []
    assert page.header[0].value == r":orange[:material/sunny:] sol\-2"


def test_energy_query_away_leaves_the_cluster_alone(page: AppTest, functions: Functions) -> None:
    functions.energy.stop()
    page.run()
    assert not page.exception
    assert page.header[0].value == r":orange[:material/sunny:] sol\-2"
    assert len(page.table) == 0
    assert len(warnings(page)) == 5
    assert all("energy" in warning for warning in warnings(page))


def test_the_language_can_be_switched(page: AppTest) -> None:
    page.run()
    page.segmented_control(key="language").select(Language.SPANISH).run()
    assert not page.exception
    assert [heading.value for heading in page.subheader][1:] == [
        SPANISH.parks,
        SPANISH.chart,
        SPANISH.today,
        SPANISH.decisions,
    ]
    assert [metric.value for metric in page.metric][:3] == ["6,0 W", "14,2 W", "16,9 W"]
    assert "sol-2 lleva bastante tiempo" in words(page)


def test_data_is_never_markup(page: AppTest, functions: Functions) -> None:
    functions.world.decisions = [decision("sol-2", "sol-2", sentence="<img src=x> **bold** :red[red]")]
    page.run()
    page.segmented_control(key="moves_only").select(False).run()
    assert "<img src=x> **bold** :red[red]" in [text.value for text in page.text]
    cell = page.table[-1].value[ENGLISH.why].iloc[0]
    assert r"\<img src\=x\> \*\*bold\*\* \:red\[red\]" in cell


def test_the_log_shows_the_moves_or_everything(page: AppTest) -> None:
    page.run()
    assert len(page.table[-1].value) == 2
    page.segmented_control(key="moves_only").select(False).run()
    assert len(page.table[-1].value) == 5


def test_without_the_need_of_the_workloads_the_share_is_unknown(page: AppTest, functions: Functions) -> None:
    assert functions.world.day is not None
    functions.world.day = functions.world.day.model_copy(update={"needed_wh": None, "renewable_share": None})
    page.run()
    share = page.metric[3]
    assert (share.label, share.value, share.delta) == (ENGLISH.share, "–", ENGLISH.share_unknown)


def test_what_a_move_should_bring_and_did_bring(page: AppTest, functions: Functions) -> None:
    def expecting(epoch: int, **changes: object) -> DecisionEntry:
        entry = decision(epoch=epoch, expected_gain_wh=1.25)
        return entry.model_copy(update={"gain_until": entry.decided_at + timedelta(hours=1), **changes})

    functions.world.decisions = [
        expecting(5),
        expecting(4),
        expecting(3, applied_at=now()),
        expecting(2, applied_at=now(), realised_gain_wh=-0.5),
        decision(epoch=1),
    ]
    page.run()
    whys = [why.replace("\\", "") for why in page.table[-1].value[ENGLISH.why]]
    assert "expected +1.25 Wh against staying, not carried out yet]" in whys[0]
    assert whys[1].endswith("not carried out]]")
    assert "known at" in whys[2]
    assert "brought -0.50 Wh" in whys[3]
    assert "expected" not in whys[4]


def test_a_label_put_by_hand_is_told(page: AppTest, functions: Functions) -> None:
    functions.world.decisions = []
    page.run()
    assert ENGLISH.not_by_decision in words(page)


def test_a_move_under_way_is_told(page: AppTest, functions: Functions) -> None:
    functions.world.sunny = "sol-1"
    page.run()
    assert [info.value for info in page.info] == [r"The work is on its way to sol\-2."]
