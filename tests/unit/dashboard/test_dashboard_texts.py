from dataclasses import fields, is_dataclass
from enum import Enum
from string import Formatter

import pytest

from ahorrater.adapters.clients.http import Trouble
from ahorrater.contracts.answers import HealthFlag, ParkCondition
from ahorrater.domain.decision import MoveKind, Reason
from dashboard.charts.parks import Quantity, Window
from dashboard.replays import TraceKind
from dashboard.texts import CATALOGUES, Language, language_of
from dashboard.texts.spanish import SPANISH

ENUMS: dict[str, type[Enum]] = {
    "reason": Reason,
    "state": ParkCondition,
    "health": HealthFlag,
    "trouble": Trouble,
    "quantity": Quantity,
    "window": Window,
    "pending_kind": MoveKind,
}
NAMES_FOR_REASONS = {"chosen", "previous", "power", "together"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def flat(language: Language) -> dict[str, str]:
    return _flat(CATALOGUES[language], "")


def _flat(catalogue: object, prefix: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for field in fields(catalogue):
        name, value = f"{prefix}{field.name}", getattr(catalogue, field.name)
        if isinstance(value, str):
            texts[name] = value
        elif is_dataclass(value):
            texts |= _flat(value, f"{name}.")
        elif field.name != "because":
            texts |= {f"{name}.{key}": text for key, text in value.items()}
    return texts


@pytest.mark.parametrize("language", Language)
def test_every_kind_of_trace_has_a_text(language: Language) -> None:
    assert set(CATALOGUES[language].backtest.trace_kind) == set(TraceKind)


def test_every_language_has_the_same_texts() -> None:
    assert flat(Language.SPANISH).keys() == flat(Language.ENGLISH).keys()


def test_texts_of_both_languages_take_the_same_names() -> None:
    english = flat(Language.ENGLISH)
    different = {
        key for key, text in flat(Language.SPANISH).items() if placeholders(text) != placeholders(english[key])
    }
    assert different == set()


@pytest.mark.parametrize("language", Language)
def test_no_text_is_empty(language: Language) -> None:
    assert [key for key, text in flat(language).items() if not text.strip()] == []


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("name", "members"), ENUMS.items())
def test_every_member_has_a_text(language: Language, name: str, members: type[Enum]) -> None:
    assert set(getattr(CATALOGUES[language], name)) == set(members)


def test_every_reason_has_a_spanish_sentence() -> None:
    assert SPANISH.because is not None
    assert set(SPANISH.because) == set(Reason)
    assert all(placeholders(text) <= NAMES_FOR_REASONS for text in SPANISH.because.values())


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("es-ES", Language.SPANISH),
        ("ES", Language.SPANISH),
        ("en-GB", Language.ENGLISH),
        ("fr-FR", Language.ENGLISH),
        (None, Language.SPANISH),
    ],
)
def test_language_of_a_browser(locale: str | None, language: Language) -> None:
    assert language_of(locale) is language
