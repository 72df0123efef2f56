"""Messages as files."""

import pytest

from ahorrater.adapters.telegram.folder import FolderMessenger
from ahorrater.services.notify.ports import MessengerAway
from tests.unit.notify.notify_fakes import SetClock


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "not" / "there" / "yet"


def test_a_text_is_a_file(folder):
    name = FolderMessenger(folder, 500, SetClock()).send_text("outbox", "¡hola!")
    assert files(folder) == [name]
    assert (folder / name).read_text() == "¡hola!"


def test_a_photo_is_two_files_of_one_name(folder):
    name = FolderMessenger(folder, 500, SetClock()).send_photo("outbox", b"png", "power")
    assert (folder / name).read_bytes() == b"png"
    assert (folder / name).with_suffix(".txt").read_text() == "power"
    assert len(files(folder)) == 2


def test_names_sort_by_time_also_within_one_instant(folder):
    clock = SetClock()
    messenger = FolderMessenger(folder, 500, clock)
    names = []
    for step_s in (0, 0, 0.000001, 1, 86400):
        clock.forward(step_s)
        names.append(messenger.send_text("outbox", "x"))
    assert names == sorted(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("written", "kept"), [(3, 3), (5, 5), (6, 5), (20, 5)])
def test_the_oldest_go(folder, written, kept):
    messenger = FolderMessenger(folder, 5, SetClock())
    names = [messenger.send_text("outbox", str(number)) for number in range(written)]
    assert files(folder) == names[-kept:]


def test_what_others_keep_there_stays(folder):
    folder.mkdir(parents=True)
    (folder / "0000.md").write_text("mine")
    messenger = FolderMessenger(folder, 2, SetClock())
    for _ in range(5):
        messenger.send_text("outbox", "x")
    assert (folder / "0000.md").read_text() == "mine"
    assert len(files(folder)) == 3


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MessengerAway, match="TELEGRAM_OUTBOX"):
        FolderMessenger(tmp_path / "file", 5, SetClock()).send_text("outbox", "x")
