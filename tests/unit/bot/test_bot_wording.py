"""The bot says the same things in both languages."""

from string import Formatter

import pytest

from ahorrater.contracts.answers import ParkCondition
from ahorrater.contracts.control import RecommendationState
from ahorrater.contracts.events import RelabelMode
from ahorrater.domain.bot_wording import BOT_WORDS
from ahorrater.domain.speaking import Speaker
from ahorrater.domain.wording import Language
from ahorrater.services.bot.energy import SUSPECT
from tests.unit.bot.bot_fakes import World

SPANISH, ENGLISH = BOT_WORDS[Language.SPANISH], BOT_WORDS[Language.ENGLISH]
CODES = [
    *(f"state-{state}" for state in ParkCondition if state is not ParkCondition.ONLINE),
    *(f"health-{flag}" for flag in SUSPECT),
    *(f"mode-{mode}" for mode in RelabelMode),
    *RecommendationState,
]


def filled_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_the_languages_have_the_same_keys():
    assert set(BOT_WORDS) == set(Language)
    assert set(SPANISH) == set(ENGLISH)


@pytest.mark.parametrize("key", sorted(SPANISH))
def test_the_languages_fill_in_the_same(key):
    assert filled_in(SPANISH[key]) == filled_in(ENGLISH[key])


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("words", [SPANISH, ENGLISH])
def test_every_code_has_words(words, code):
    assert words[code]


@pytest.mark.parametrize(("value", "said"), [(-0.04, "0,0"), (0.0, "0,0"), (-0.06, "-0,1"), (1234.56, "1234,6")])
def test_numbers_have_no_minus_zero(value, said):
    assert Speaker(Language.SPANISH, SPANISH).number(value) == said


@pytest.mark.parametrize("language", list(Language))
def test_every_command_is_described_as_telegram_wants_it(language):
    """core.telegram.org/bots/api#botcommand: 1 to 32 small letters, a description of at most 256."""
    described = World().conversation.described(language)
    assert {name.isalpha() and name.islower() and len(name) <= 32 for name in described} == {True}
    assert {1 <= len(what) <= 256 for what in described.values()} == {True}
