"""Names are text: whoever writes a station's name into the ministry's feed writes no HTML, Markdown or formula into
anybody's browser, Telegram or spreadsheet.

The bot's and notify's texts with evil names are tests/unit/bot/test_bot_conversation.py's and
tests/unit/notify/test_wording.py's; the spreadsheet's, tests/unit/dashboard/test_dashboard_stations.py's.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from ahorrater.contracts.answers import HealthFlag, PanelHealth
from tests.unit.dashboard.function_server import running_functions
from tests.unit.dashboard.test_dashboard_pages import opened
from tests.unit.dashboard.world import recommendation

ROOT = Path(__file__).parents[2]
EVIL = "<img src=x onerror=alert(1)>**b** [a](javascript:alert(1)) :red[c] $d$ `e`"
ACTIVE = ("<img src=x", "**b**", "](javascript", ":red[", "$d$", "`e`")
MARKUP_CALLS = {"html", "iframe", "declare_component"}
UNSAFE_ARGUMENTS = {"unsafe_allow_html", "parse_mode", "allow_html", "unsafe_allow_javascript"}


def calls(folder: str) -> Iterator[tuple[Path, ast.Call]]:
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path, node


@pytest.mark.parametrize("folder", ["streamlit_app", "functions"])
def test_nothing_asks_for_markup(folder: str) -> None:
    """Streamlit then takes no HTML, and Telegram takes every sign as it is."""
    for path, call in calls(folder):
        assert not {argument.arg for argument in call.keywords} & UNSAFE_ARGUMENTS, f"{path}:{call.lineno}"
        if isinstance(call.func, ast.Attribute):
            assert call.func.attr not in MARKUP_CALLS, f"{path}:{call.lineno}"


def test_the_page_without_telegram_makes_text_nodes_only() -> None:
    page = (ROOT / "functions/ahorrater/adapters/telegram/page.html").read_text(encoding="utf-8")
    assert not [
        word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(") if word in page
    ]


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Functions that tell evil names wherever text is free."""
    with running_functions() as functions:
        for name, value in functions.environment.items():
            monkeypatch.setenv(name, value)
        world = functions.world
        texts = {"brand": EVIL, "address": EVIL, "municipality": EVIL, "province": EVIL, "hours": EVIL}
        world.stations = tuple(one.model_copy(update=texts) for one in world.stations)
        world.control = world.control.model_copy(
            update={"waiting": recommendation().model_copy(update={"sentence": EVIL})}
        )
        world.decisions = [one.model_copy(update={"sentence": EVIL}) for one in world.decisions]
        for park in world.parks.values():
            park.health = PanelHealth(flag=HealthFlag.SOILING, evidence=EVIL)
        st.cache_resource.clear()
        yield
        st.cache_resource.clear()


@pytest.mark.parametrize("page", ["sun", "cluster", "fuel"])
def test_no_name_is_markup_on_the_dashboard(poisoned: None, page: str) -> None:
    shown = opened(page)
    if page == "fuel":
        for key, value in (("fuel-ccaa", "13"), ("fuel-provincia-13", "28"), ("fuel-municipio-28", "4355")):
            shown.selectbox(key=key).select(value).run()
        shown.selectbox(key="fuel-station-4355").select(2).run()
    kinds = ("markdown", "caption", "info", "warning", "error", "success", "header", "subheader", "title")
    said = [element.value for kind in kinds for element in shown.get(kind)]
    helped = [getattr(element, "help", "") for kind in kinds for element in shown.get(kind)]
    assert not [text for text in (*said, *helped) if text and any(sign in text for sign in ACTIVE)]
    if page != "sun":
        assert any("onerror" in text for text in said), "the evil name is not even shown"
