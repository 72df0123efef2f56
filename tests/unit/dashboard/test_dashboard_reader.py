import pytest

from ahorrater.domain.decision import Reason
from dashboard.formats import zone
from dashboard.reader import Reader
from dashboard.texts import CATALOGUES, Language
from tests.unit.dashboard.world import decision

SPANISH = Reader(CATALOGUES[Language.SPANISH], zone("UTC"))
ENGLISH = Reader(CATALOGUES[Language.ENGLISH], zone("UTC"))


def test_english_reads_the_functions_own_sentence() -> None:
    assert ENGLISH.sentence(decision()) == "The function's own words about sol-2."


def test_spanish_reads_a_sentence_made_from_the_reason_and_the_numbers() -> None:
    assert SPANISH.sentence(decision()) == "sol-2 lleva bastante tiempo dando más que sol-1: 14,1 W."


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_can_be_told_without_numbers_or_nodes(reason: Reason) -> None:
    assert SPANISH.sentence(decision(None, None, reason, parks=()))


@pytest.mark.parametrize(
    ("chosen", "previous", "text"),
    [
        ("sol-2", "sol-1", "sol-1 → sol-2"),
        ("sol-2", None, "none → sol-2"),
        ("sol-2", "sol-2", "stays on sol-2"),
        (None, None, "stays on none"),
    ],
)
def test_choice(chosen: str | None, previous: str | None, text: str) -> None:
    assert ENGLISH.choice(decision(chosen, previous)) == text


@pytest.mark.parametrize(
    ("chosen", "previous", "moved", "text"),
    [
        ("sol-2", "sol-1", True, "sol-1 → sol-2 + sol-3"),
        ("sol-2", "sol-2", True, "sol-2 + sol-3"),
        ("sol-2", "sol-2", False, "stays on sol-2 + sol-3"),
    ],
)
def test_a_choice_names_all_that_share_the_work(chosen: str, previous: str, moved: bool, text: str) -> None:
    shared = decision(chosen, previous, Reason.SPREAD, moved=moved, also=("sol-3",))
    assert ENGLISH.choice(shared) == text
    assert SPANISH.sentence(shared) == "Ahora llevan el trabajo: sol-2 + sol-3."
