"""Versions side by side: today's code takes what every released version says and keeps, and these take what today's
code makes of it, as long as nobody has switched on anything new.
"""

from typing import Any

import jsonschema
import pytest

from tests.upgrades.documents import EVENT_MODELS, MODELS, examples, read, schemas, written
from tests.upgrades.releases import EXAMPLES, RELEASES, Release

EACH_EXAMPLE = pytest.mark.parametrize(("release", "kind", "name"), EXAMPLES, ids=str)


def says_the_same(old: Any, new: Any) -> bool:
    """Whether all that is in `old` is in `new`, which may have more fields."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(says_the_same(value, new.get(name)) for name, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(says_the_same, old, new))
    return bool(old == new)


@EACH_EXAMPLE
def test_what_an_older_version_said_means_the_same_today(release: Release, kind: str, name: str) -> None:
    document = release.documents(kind)[name]
    content = read(name, document)
    assert says_the_same(document, written(name, content))
    assert read(name, written(name, content)) == content


@EACH_EXAMPLE
def test_an_older_version_takes_what_is_said_today(release: Release, kind: str, name: str) -> None:
    """A field that is new is left out where it says nothing: the older version would refuse it."""
    said = written(name, read(name, release.documents(kind)[name]))
    jsonschema.Draft202012Validator(release.documents("schemas")[name]).validate(said)


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_nothing_that_was_said_has_gone(release: Release) -> None:
    assert set(release.documents("events")) <= set(EVENT_MODELS)
    assert set(release.documents("schemas")) <= set(MODELS)


def test_there_are_examples_of_all_that_is_said_and_kept() -> None:
    found = {name: document for documents in examples().values() for name, document in documents.items()}
    assert found.keys() == MODELS.keys()
    for name, schema in schemas().items():
        jsonschema.Draft202012Validator(schema).validate(found[name])


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": [{"b": None}]}, {"a": [{"b": None, "c": 0}]}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ({"a": []}, {"a": [1]}, False),
        ({"a": {}}, {"a": None}, False),
    ],
)
def test_what_is_the_same(old: Any, new: Any, same: bool) -> None:
    assert says_the_same(old, new) is same
