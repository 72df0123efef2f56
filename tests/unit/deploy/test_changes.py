"""What applying changed."""

from infra.deploy.apply import Changes


def test_changes_are_told_from_versions() -> None:
    before, after = {"a": "1", "b": "1", "old": "1"}, {"a": "1", "b": "2", "c": "1"}
    changes = Changes.between(before, after, ["job old"])
    assert changes == Changes(("c created", "b changed", "job old deleted"), unchanged=1)


def test_the_same_again_is_no_change() -> None:
    assert Changes.between({"a": "1"}, {"a": "1"}, []) == Changes((), unchanged=1)
