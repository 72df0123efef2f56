"""What people read, in their language."""

from dashboard.texts.catalogue import Language, Texts
from dashboard.texts.english import ENGLISH
from dashboard.texts.spanish import SPANISH

CATALOGUES: dict[Language, Texts] = {Language.SPANISH: SPANISH, Language.ENGLISH: ENGLISH}


def language_of(locale: str | None) -> Language:
    """The language of a browser's locale ("es-ES"); English for every other tongue, Spanish where none is named."""
    if locale is None:
        return Language.SPANISH
    return Language.SPANISH if locale.lower().startswith("es") else Language.ENGLISH


__all__ = ["CATALOGUES", "Language", "Texts", "language_of"]
