"""Traces as strangers bring them: each gives the right answer, or one sentence and exit code 2."""

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ahorrater import cli

HOURS = range(24)
PLAIN = "timestamp,a,b\n" + "".join(f"2026-06-01T{hour:02}:00:00Z,{hour},{24 - hour}\n" for hour in HOURS)
TWO_DAYS = ["2026-06-01", "2026-06-02"]
LINES = PLAIN.splitlines()
SECONDS = "timestamp,a\n" + "".join(f"2026-01-01T00:00:0{second}Z,1\n" for second in range(4))


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def policies(self) -> dict:
        assert self.code == 0, self.err
        return json.loads(self.out)["policies"]


Command = Callable[..., Ran]


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command on a trace of this text, or of these bytes."""

    def run(content: str | bytes, *arguments: str, name: str = "trace.csv", command: str = "backtest") -> Ran:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.setattr("sys.argv", ["ahorrater", command, "--trace", str(file), *arguments])
        try:
            code = cli.main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def plain(ran: Command) -> dict:
    return ran(PLAIN, "--json").policies


@pytest.mark.parametrize(
    "same",
    [
        gzip.compress(PLAIN.encode()),
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\n\n") + " \n",
        "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in LINES),
        "\ufeff" + "\n".join(", ".join(f'"{cell}"' for cell in line.split(",")) for line in LINES),
        PLAIN.replace(",", " , ").replace("timestamp ", "timestamp"),
        "\n".join([LINES[0], *reversed(LINES[1:])]),
        "\n".join([*LINES, *LINES[5:9]]),
        PLAIN.replace("Z,", "+00:00,"),
        PLAIN.replace("T", " ").replace("Z,", ","),
        "".join(
            f"{'timestamp' if place == 0 else f'2026-06-0{1 + (place + 1) // 24}T{(place + 1) % 24:02}:00:00+02:00'},"
            + line.split(",", 1)[1]
            + "\n"
            for place, line in enumerate(LINES)
        ),
        "\n".join(f"{place},{line}" if place else f",{line}" for place, line in enumerate(LINES)),
        "\n".join(f"{line}," for line in LINES),
    ],
    ids=[
        "gzip", "byte order mark", "CRLF", "CR", "empty lines", "quoted", "quoted and marked", "spaces", "newest first",
        "rows twice", "offset 0", "no offset", "another zone", "numbered rows", "a comma at the end",
    ],
)  # fmt: skip
def test_the_same_trace_written_otherwise_is_the_same(ran: Command, plain: dict, same: str | bytes) -> None:
    assert ran(same, "--json", name="trace.csv.gz" if isinstance(same, bytes) else "trace.csv").policies == plain


@pytest.mark.parametrize(
    ("more", "of"),
    [("c", ""), ("c", "0"), ("c", "0.0"), ("c", "-3"), ("c", "nan"), ("c", "NaN")],
    ids=["empty", "zeros", "zeros with a point", "negative", "nan", "NaN"],
)
def test_a_park_that_never_gives_anything_changes_nothing(ran: Command, plain: dict, more: str, of: str) -> None:
    lines = [f"{line},{of if place else more}" for place, line in enumerate(LINES)]
    assert ran("\n".join(lines), "--json").policies == plain


def test_negative_power_at_night_is_none(ran: Command) -> None:
    days = [
        (f"{day}T{hour:02}:00:00Z", max(math.sin((hour - 6) / 12 * math.pi), 0)) for day in TWO_DAYS for hour in HOURS
    ]
    dark, negative = (
        "timestamp,a,b\n" + "".join(f"{at},{50 * sun or night},{40 * sun or night}\n" for at, sun in days)
        for night in ("0", "-1.5")
    )
    assert ran(negative, "--json").policies["optimum"] == ran(dark, "--json").policies["optimum"]
    for one in ran(negative, "--json").policies.values():
        assert 0 <= one["energy_wh"] <= ran(dark, "--json").policies["optimum"]["energy_wh"] + 1e-9


def test_irregular_rows_are_put_on_a_grid(ran: Command) -> None:
    """Rows near a sample are its own; several are averaged; those that are missing are unknown."""
    near = [("00:00", 10), ("01:02", 20), ("02:00", 30), ("02:10", 50), ("03:00", 10)]
    rows = [*near, ("04:00", 5), ("05:00", 5), ("08:00", 40), ("09:00", 40)]
    text = "timestamp,a\n" + "".join(f"2026-06-01T{at}:00Z,{watts}\n" for at, watts in rows)
    answer = json.loads(ran(text, "--load-w", "100", "--peak-w", "100", "--json").out)
    assert (answer["samples"], answer["interval_s"]) == (10, 3600)
    assert answer["policies"]["stay-put"]["energy_wh"] == pytest.approx(10 + 20 + 40 + 10 + 5 + 5 + 40 + 40)


@pytest.mark.parametrize("parks", [1, 1000])
def test_one_park_and_a_thousand(ran: Command, parks: int) -> None:
    header = ",".join(["timestamp", *(f"park-{number}" for number in range(parks))])
    rows = [
        ",".join([f"2026-06-01T10:0{minute}:00Z", *(str(minute + number % 7) for number in range(parks))])
        for minute in range(6)
    ]
    policies = ran("\n".join([header, *rows]), "--json").policies
    assert {"stay-put", "thesis", "hysteresis", "forecast", "optimum"} <= set(policies)
    assert policies["optimum"]["share_of_optimum"] == 1


def test_two_rows_are_enough(ran: Command) -> None:
    assert ran("\n".join(LINES[:3]), "--json").policies["optimum"]["share_of_optimum"] == 1


def test_a_given_peak_without_any_sun_is_no_share_of_anything(ran: Command) -> None:
    dark = "\n".join([LINES[0], *(line.split(",")[0] + ",0,0" for line in LINES[1:])])
    assert {one["share_of_optimum"] for one in ran(dark, "--peak-w", "50", "--json").policies.values()} == {None}
    assert ran(dark, "--peak-w", "50").code == 0


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        ("", (), "first line with `timestamp`"),
        ("\n\n", (), "first line with `timestamp`"),
        ("time,a\n2026-06-01T10:00:00Z,1\n", (), "first line with `timestamp`"),
        ("timestamp\n2026-06-01T10:00:00Z\n", (), "a column for each park"),
        (PLAIN.replace(",", ";"), (), "comma separated"),
        (PLAIN.replace("a,b", "a,a"), (), "a is named twice"),
        ("timestamp,a\n", (), "two rows"),
        ("timestamp,a\n2026-06-01T10:00:00Z,1\n", (), "two rows"),
        ("timestamp,a\n2026-06-01T10:00:00Z,1\n2026-06-01T10:00:00Z,1\n", (), "two rows"),
        (PLAIN + "2026-06-01T10:00:00Z,1,1\n", (), "two rows of 2026-06-01T10:00:00+00:00 disagree"),
        ("timestamp,a\n2026-06-01T10:00:00Z,x\n2026-06-01T10:05:00Z,1\n", (), "line 2: could not convert"),
        ("timestamp,a\n2026-06-01T10:00:00Z,1\n2026-06-01T10:05:00Z,inf\n", (), "line 3: inf is no power"),
        ("timestamp,a\n2026-06-01T10:00:00Z,-Infinity\n", (), "line 2: -Infinity is no power"),
        ("timestamp,a\n2026-06-01T10:00:00Z,1e300\n", (), "line 2: 1e300 is no power"),
        ("timestamp,a\n2026-06-01T10:00:00Z,1,5\n", (), "line 2: 3 cells where the first line has 2"),
        ("timestamp,a,b\n2026-06-01T10:00:00Z,1\n", (), "line 2: 2 cells where the first line has 3"),
        ("timestamp,a\nnoon,1\n", (), "line 2: Invalid isoformat string"),
        ("timestamp,a\n1780308000,1\n", (), "line 2"),
        ("timestamp,a\n0001-01-01T00:00:00Z,1\n", (), "line 2: 0001-01-01T00:00:00Z is no time"),
        ("timestamp,a\n9999-12-31T23:59:59-23:00,1\n", (), "is no time of a measurement"),
        ("timestamp,a\n2026-06-01T10:00:00Z,\n2026-06-01T10:05:00Z,0\n", (), "ever gives anything"),
        (SECONDS + "2099-01-01T00:00:00Z,1\n", (), "shorten"),
        ('timestamp,"a' + "x" * 140_000, (), "field larger"),
        (b"\xff\xfet\x00i\x00", (), "cannot be read"),
        (PLAIN, ("--columns", "a,c"), "no column c; it has a, b"),
        (PLAIN, ("--columns", "a,a"), "a is named twice"),
        (PLAIN, ("--peak-w", "5,6,7"), "--peak-w has 3 numbers for 2 parks"),
        (PLAIN, ("--peak-w", "much"), "'much' is not a number"),
        (PLAIN, ("--peak-w", "-5"), "-5"),
        (PLAIN, ("--peak-w", "nan"), "nan is not above 0"),
        (PLAIN, ("--load-w", "5", "--load-fraction", "0.1"), "not allowed with argument"),
        (PLAIN, ("--load-fraction", "0"), "0 is not above 0"),
        (PLAIN, ("--load-w", "inf"), "inf is not above 0"),
        (PLAIN, ("--move-cost-minutes", "3", "--move-cost-wh", "1"), "not allowed with argument"),
        (PLAIN, ("--move-cost-minutes", "inf"), "inf is not 0 or more"),
        (PLAIN, ("--battery-wh", "5,6,7"), "--battery-wh has 3 numbers for 2 parks"),
        (PLAIN, ("--battery-hours", "2", "--battery-reserve", "1"), "nothing would be left"),
        (PLAIN, ("--policy", "luck"), "invalid choice: 'luck'"),
        (PLAIN, ("--plot", "nowhere/at/all.png"), "no PNG in a folder"),
        (PLAIN, ("--plot", "picture.csv"), "no PNG in a folder"),
        (PLAIN, ("--from-db",), "not allowed with argument"),
    ],
)  # fmt: skip
def test_what_cannot_be_replayed_is_one_sentence(
    ran: Command, content: str | bytes, arguments: tuple[str, ...], says: str
) -> None:
    refused = ran(content, *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert says in refused.err
    *usage, sentence = refused.err.splitlines()
    assert sentence.startswith("ahorrater backtest: ")
    assert not usage or usage[0].startswith("usage: ")


@pytest.mark.parametrize(
    "content",
    [b"no gzip", gzip.compress(PLAIN.encode())[:-9], gzip.compress(PLAIN.encode())[:40] + b"\x99" * 40],
    ids=["not packed", "cut off", "broken"],
)
def test_a_broken_archive_is_one_sentence(ran: Command, content: bytes) -> None:
    refused = ran(content, name="trace.csv.gz")
    assert (refused.code, refused.out) == (2, "")
    assert "trace.csv.gz cannot be read" in refused.err


def test_a_missing_file_is_one_sentence(ran: Command, tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        refused = ran(PLAIN, "--trace", str(path))
        assert (refused.code, refused.out) == (2, "")
        assert f"{path} cannot be read" in refused.err


@pytest.mark.parametrize(
    ("url", "says"),
    [("", "needs DATABASE_URL"), ("nonsense", "needs DATABASE_URL"), ("sqlite:///{}/new.db", "ahorrater migrate")],
)
def test_a_database_that_cannot_be_replayed_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, says: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url.format(tmp_path))
    monkeypatch.setattr("sys.argv", ["ahorrater", "backtest", "--from-db"])
    assert cli.main() == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--training-share", "0.01"), "too few to be parted"), (("--training-share", "1"), "not between 0 and 1")],
)
def test_what_cannot_be_tuned_on_is_one_sentence(ran: Command, arguments: tuple[str, ...], says: str) -> None:
    refused = ran(PLAIN, *arguments, command="tune")
    assert (refused.code, refused.out) == (2, "")
    assert says in refused.err
