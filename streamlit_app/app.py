"""The dashboard's entrance: `streamlit run streamlit_app/app.py`. It knows the languages, the roles and the pages."""

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.collector import spare_the_collector
from dashboard.formats import zone
from dashboard.pages.backtest import backtest_page
from dashboard.pages.cluster import cluster_page
from dashboard.pages.fuel import fuel_page
from dashboard.pages.sun import sun_page
from dashboard.parts.login import login
from dashboard.reader import Reader
from dashboard.texts import CATALOGUES, Language, language_of

ICON = Path(__file__).parent / "sun.svg"


def main() -> None:
    """Set the page up, ask who reads, and run the page that they are on."""
    st.set_page_config(page_title="AhorraTER", page_icon=str(ICON), layout="wide")
    reader = _head()
    st.navigation(_pages(reader), position="top").run()
    spare_the_collector()


def _pages(reader: Reader) -> list[StreamlitPage]:
    """The first one is where people arrive."""
    texts = reader.texts
    pages = [
        ("sun", "sunny", sun_page, texts.sun_page, texts.sun_page_help),
        ("cluster", "dns", cluster_page, texts.cluster.page, texts.cluster.page_help),
        ("fuel", "local_gas_station", fuel_page, texts.fuel.page, texts.fuel.page_help),
        ("backtest", "replay", backtest_page, texts.backtest.page, texts.backtest.page_help),
    ]
    return [
        st.Page(
            partial(show, reader),
            title=title,
            icon=f":material/{icon}:",
            url_path=path,
            help=help_text,
            default=show is sun_page,
        )
        for path, icon, show, title, help_text in pages
    ]


def _head() -> Reader:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading = st.container(width="content", gap=None)
        with st.container(horizontal=True, width="content", vertical_alignment="center", key="reader"):
            texts = CATALOGUES[_language()]
            role = login(texts)
    heading.title("AhorraTER", anchor=False)
    heading.caption(texts.tagline)
    return Reader(texts, zone(st.context.timezone), role)


def _language() -> Language:
    """The language of the address (`?lang=es`), or the browser's; once the reader chooses, the address has that.

    The control's own binding to the address would write the language's name there, in that language.
    """
    asked = st.query_params.get("lang")
    default = Language(asked) if asked in set(Language) else language_of(st.context.locale)
    chosen = st.segmented_control(
        CATALOGUES[default].language_choice,
        list(Language),
        default=default,
        required=True,
        format_func=lambda language: CATALOGUES[language].language_name,
        key="language",
        label_visibility="collapsed",
    )
    if chosen is not default:
        st.query_params["lang"] = chosen
    return chosen


main()
