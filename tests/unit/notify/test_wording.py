"""Both languages say the same things."""

from string import Formatter

import pytest

from ahorrater.contracts.events import FailureReason
from ahorrater.domain.decision import Reason
from ahorrater.domain.wording import DECIMAL_SIGN, WORDS, Language

SPANISH, ENGLISH = WORDS[Language.SPANISH], WORDS[Language.ENGLISH]


def filled_in(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_there_is_a_wording_for_each_language():
    assert set(WORDS) == set(DECIMAL_SIGN) == set(Language)


def test_the_languages_have_the_same_keys():
    assert set(SPANISH) == set(ENGLISH)


@pytest.mark.parametrize("key", sorted(SPANISH))
def test_the_languages_fill_in_the_same(key):
    assert filled_in(SPANISH[key]) == filled_in(ENGLISH[key])
    assert SPANISH[key].strip()
    assert ENGLISH[key].strip()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("code", [*Reason, *FailureReason])
def test_every_reason_has_words(language, code):
    assert WORDS[language][code]
