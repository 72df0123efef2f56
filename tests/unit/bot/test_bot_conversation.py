"""What the bot answers to each command, as tables."""

from datetime import date, timedelta

import pytest

from ahorrater.contracts.answers import (
    DayEnergy,
    HealthFlag,
    NodeInfo,
    NodeMetrics,
    PanelHealth,
    ParkCondition,
    Quarantine,
)
from ahorrater.contracts.control import RecommendationState
from ahorrater.contracts.errors import Refused
from ahorrater.contracts.events import ParkNumbers, PendingMove, RelabelMode
from ahorrater.domain.decision import MoveKind, Reason
from ahorrater.domain.fuel.places import Position
from ahorrater.domain.wording import Language
from ahorrater.services.bot.conversation import command_of
from ahorrater.services.bot.energy import step_of
from ahorrater.services.bot.fuel import folded, matches
from ahorrater.services.bot.talk import Answer, Question
from tests.unit.bot.bot_fakes import NOON, World, decision, history, offer, park

ACCOUNT = DayEnergy(
    day=date(2026, 6, 1),
    served_wh={"a": 1.0},
    moves=2,
    move_cost_wh=0.1,
    net_wh=41.25,
    stay_put_wh=30,
    gain_wh=11.25,
    saved_co2_kg=0.004125,
)


@pytest.fixture
def world() -> World:
    return World()


def ask(world: World, text: str, **facts: object) -> Answer:
    answer = world.conversation.answer(Question("11", text, **{"may_change": True, **facts}))
    assert answer is not None
    return answer


def commands(answer: Answer) -> list[str]:
    return [button.command for row in answer.buttons for button in row]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/chart 6", ("chart", "6")),
        ("  /Chart@AhorraBot   6  h ", ("chart", "6 h")),
        ("/help", ("help", "")),
        ("/", ("", "")),
        ("hello", (None, "")),
        ("", (None, "")),
    ],
)
def test_commands_are_read_as_people_type_them(text, command):
    assert command_of(text) == command


@pytest.mark.parametrize(
    ("text", "alone", "says"),
    [
        ("/help", False, "/status — how everything is"),
        ("/start", False, "/status — how everything is"),
        ("hello", True, "/status — how everything is"),
        ("/dance", True, "I do not know /dance"),
        ("hello", False, None),
        ("/dance", False, None),
    ],
)
def test_help_is_offered_but_nobody_is_interrupted(world, text, alone, says):
    answer = world.conversation.answer(Question("11", text, alone=alone))
    assert (answer is None) if says is None else (says in answer.text)


PANELS = [
    (park("a", power_w=23.44, voltage_v=18.2, current_a=1.288, age_s=3.2), "🟢 a: 23.4 W · 18.2 V, 1.29 A · 3.2 s ago"),
    (park("a", power_w=0.0, battery_soc=0.805, expected_w=25.0), "🟢 a: 0.0 W · battery 80 % · expected 25.0 W"),
    (park("a", ParkCondition.STALE, power_w=1.0, age_s=90.0), "🟡 a: 1.0 W · silent · 1 min ago"),
    (park("a", ParkCondition.OFFLINE), "🔴 a: no data · offline"),
    (park("a", ParkCondition.SLEEPING), "🌙 a: no data · asleep"),
    (park("a", ParkCondition.MISSING), "⚪ a: no data · never said anything"),
    (
        park("a", power_w=1.0, health=PanelHealth(flag=HealthFlag.SOILING, evidence="-")),
        "🟢 a: 1.0 W · dirty panel?",
    ),
    (park("a", power_w=1.0, health=PanelHealth(flag=HealthFlag.OK, evidence="-")), "🟢 a: 1.0 W"),
    (
        park("a", power_w=1.0, quarantine=Quarantine(cause="stuck", since=None)),
        "🟢 a: 1.0 W · sensor set aside: stuck",
    ),
]


@pytest.mark.parametrize(("known", "line"), PANELS)
def test_panels_say_what_is_known_and_only_that(world, known, line):
    world.energy.known_parks = [known]
    assert ask(world, "/panels").text == line


def test_no_parks(world):
    assert ask(world, "/panels").text == "No park has said anything yet."


@pytest.mark.parametrize(
    ("sunny", "known", "says"),
    [
        ("b", decision("b"), "☀️ b is the sunny node, for 5 min."),
        ("a", decision("b"), "☀️ a is the sunny node."),
        ("b", None, "☀️ b is the sunny node."),
        (None, decision("b"), "🌑 No node carries the sun's label."),
    ],
)
def test_sunny(world, sunny, known, says):
    world.cluster.sunny_node, world.energy.decision = sunny, known
    assert ask(world, "/sunny").text == says


def test_all_that_share_the_work_are_told(world):
    world.cluster.sunny_node, world.cluster.sunny_also = "b", ("a", "c")
    world.energy.decision = decision("b", also=("a", "c"), reason=Reason.SPREAD)
    world.relabel.recommend(8, "a", also=("c",))
    assert ask(world, "/sunny").text == "☀️ b is the sunny node, for 5 min. It shares the work with a, c."
    assert "Comparte el trabajo con a, c." in ask(world, "/sunny", language=Language.SPANISH).text
    assert ask(world, "/why").text.startswith("b + a + c: others share the work with it.")
    assert "move the work to a + c." in ask(world, "/status").text


def test_nodes_with_and_without_metrics(world):
    world.cluster.known_nodes = [
        NodeInfo(name="a", ready=True, sunny=True, roles=(), schedulable=True),
        NodeInfo(name="b", ready=False, sunny=False, roles=(), schedulable=True),
        NodeInfo(name="c", ready=True, sunny=False, roles=(), schedulable=False),
    ]
    assert ask(world, "/nodes").text == "☀️ a: ready\n🌑 b: not ready\n🌑 c: takes no pods"
    world.cluster.known_metrics = [
        NodeMetrics(
            node="a",
            at=NOON,
            cpu_cores=0.5,
            cpu_capacity_cores=2.0,
            memory_bytes=1,
            memory_capacity_bytes=3,
        )
    ]
    assert ask(world, "/nodes").text.startswith("☀️ a: ready, CPU 25 %, memory 33 %\n")


def test_why_gives_reason_numbers_and_what_is_pending(world):
    numbers = {"freshness": "fresh", "age_s": 1.0}
    pending = PendingMove(node="c", kind=MoveKind.BETTER, since=NOON, fires_at=NOON + timedelta(seconds=90))
    world.energy.decision = decision(
        parks=(
            ParkNumbers(node="a", power_w=1.0, score_w=2.0, **numbers),
            ParkNumbers(node="b", power_w=None, score_w=None, **numbers),
        ),
        pending=pending,
    )
    assert ask(world, "/why").text.splitlines() == [
        "b: it has given more for long enough.",
        "· a: 2.0 W",
        "· b: no data",
        "⏳ The work goes to c in 1 min if this goes on.",
        "Decided 12 s ago, by the policy hysteresis.",
    ]
    world.now += timedelta(seconds=91)
    assert "about to go to c" in ask(world, "/why").text
    for nothing in (None, decision(None)):
        world.energy.decision = nothing
        assert ask(world, "/why").text == "Nothing has been decided yet."


@pytest.mark.parametrize("text", ["/chart", "/chart 6", "/chart 6h", "/chart 6,0"])
def test_a_chart_is_a_picture_of_the_last_hours(world, text):
    world.energy.known_histories = [history("b", 1, 2), history("silent"), history("a", 9)]
    answer = ask(world, text)
    assert (answer.text, answer.png) == ("Power: 6 h until now", b"PNG")
    assert world.energy.asked == [(NOON - timedelta(hours=6), NOON, 60)]
    assert [series.name for series in world.drawn[0].series] == ["a", "b"]


@pytest.mark.parametrize("text", ["/chart 0", "/chart -1", "/chart 169", "/chart nan", "/chart inf", "/chart many"])
def test_a_chart_of_no_hours_is_explained(world, text):
    assert ask(world, text).text == "Of how many hours? 1 to 168: /chart 6"
    assert world.energy.asked == []


def test_a_chart_of_nothing_is_said(world):
    assert ask(world, "/chart 2").text == "There are no readings of the last 2 h."


def test_a_chart_of_many_parks_shows_those_that_gave_most(world):
    world.energy.known_histories = [history(f"n{number:02}", number) for number in range(50)]
    ask(world, "/chart")
    assert [series.name for series in world.drawn[0].series] == [f"n{number}" for number in range(30, 50)]


@pytest.mark.parametrize(("hours", "step_s"), [(1, 10), (2, 60), (6, 60), (24, 300), (48, 900), (168, 1800)])
def test_a_line_has_some_hundred_points(hours, step_s):
    assert step_of(hours) == step_s


def test_status_says_it_all_and_offers_what_can_be_done(world):
    world.energy.known_parks = [park("a", power_w=1.0, age_s=1.0), park("b", power_w=20.0, age_s=1.0)]
    world.energy.account = ACCOUNT
    world.relabel.mode = RelabelMode.RECOMMEND_ONLY
    world.relabel.recommend(8, "a")
    answer = ask(world, "/status")
    assert answer.text.splitlines() == [
        "☀️ b is the sunny node, for 5 min.",
        "💡 Moves are only recommended.",
        "💡 Recommendation 8 waits for your word: move the work to a.",
        "🟢 a: 1.0 W",
        "🟢 b: 20.0 W",
        "📊 Today (UTC): 41.2 Wh, 2 moves, 4.1 g of CO2 avoided.",
    ]
    assert commands(answer) == ["/approve 8", "/veto 8"]
    assert commands(ask(world, "/status", may_change=False)) == []


def test_the_share_of_what_the_work_needs_is_told_where_it_is_known(world):
    world.energy.account = ACCOUNT.model_copy(update={"needed_wh": 55.0, "renewable_share": 0.75})
    assert "Today (UTC): 41.2 Wh, 75 % of what the work needs, 2 moves" in ask(world, "/status").text


def test_status_without_relabel(world):
    world.relabel.away = True
    world.energy.account = ACCOUNT
    assert "⚠️ relabel does not answer now" in ask(world, "/status").text


def test_status_shows_what_is_there_while_a_function_is_away(world):
    world.energy.away = True
    lines = ask(world, "/status").text.splitlines()
    assert lines[:2] == ["☀️ b is the sunny node.", "▶️ Moves are made by themselves."]
    assert lines[2:] == ["⚠️ energy-query does not answer now. Try again in a moment."]


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("/panels", "energy"),
        ("/why", "energy"),
        ("/chart", "energy"),
        ("/sunny", "cluster"),
        ("/nodes", "cluster"),
        ("/pause now", "relabel"),
        ("/resume", "relabel"),
        ("/approve", "relabel"),
        ("/veto 1", "relabel"),
        ("/fuel Teruel", "fuel"),
    ],
)
def test_a_function_that_is_away_is_named(world, text, function):
    getattr(world, function).away = True
    assert "does not answer now" in ask(world, text).text


def test_pausing_is_confirmed(world):
    answer = ask(world, "/pause")
    assert commands(answer) == ["/pause now", "/pause cancel"]
    assert ask(world, "/pause cancel").text == "Everything stays as it is."
    assert world.relabel.orders == []
    assert ask(world, "/pause now").text.startswith("⏸ Paused")
    assert ask(world, "/resume").text == "▶️ Resumed. ▶️ Moves are made by themselves."
    assert world.relabel.orders == ["pause", "resume"]


@pytest.mark.parametrize(
    ("text", "order", "says"),
    [
        ("/approve", "approve 8", "✅ Recommendation 8 is approved"),
        ("/approve 8", "approve 8", "✅ Recommendation 8 is approved"),
        ("/veto", "veto 8", "🚫 Recommendation 8 is vetoed"),
        ("/veto 8", "veto 8", "🚫 Recommendation 8 is vetoed"),
        ("/approve 7", None, "Recommendation 7 is out of date: the one that waits is 8, to a."),
        ("/veto x", None, "Recommendation x is out of date"),
    ],
)
def test_recommendations_are_judged(world, text, order, says):
    world.relabel.recommend(8, "a")
    assert says in ask(world, text).text
    assert world.relabel.orders == ([order] if order else [])


@pytest.mark.parametrize("text", ["/approve", "/veto 3"])
def test_nothing_waits(world, text):
    assert ask(world, text).text == "No recommendation waits for an answer."


def test_while_paused_nothing_is_approved_but_vetoes_count(world):
    world.relabel.recommend(8, "a")
    world.relabel.paused = True
    assert "resume" in ask(world, "/approve").text
    assert "vetoed" in ask(world, "/veto").text
    assert world.relabel.orders == ["veto 8"]
    assert commands(ask(world, "/status")) == []


def test_what_relabel_refuses_is_passed_on(world, monkeypatch):
    def refuse(epoch: int) -> None:
        raise Refused("decision 8 is not the one that waits")

    world.relabel.recommend(8, "a")
    monkeypatch.setattr(world.relabel, "approve", refuse)
    assert ask(world, "/approve 8").text == "✋ decision 8 is not the one that waits"


@pytest.mark.parametrize("state", [RecommendationState.APPROVED, RecommendationState.VETOED])
def test_what_is_judged_already_has_no_buttons(world, state):
    world.relabel.recommend(8, "a", state=state)
    answer = ask(world, "/status")
    assert (state.value in answer.text, answer.buttons) == (True, ())


@pytest.mark.parametrize("text", ["/pause", "/pause now", "/resume", "/approve", "/approve 8", "/veto", "/PAUSE now"])
def test_who_may_only_read_changes_nothing(world, text):
    world.relabel.recommend(8, "a")
    assert ask(world, text, may_change=False).text == "🔒 This chat may ask, but change nothing."
    assert world.relabel.orders == []


def test_each_chat_has_its_language(world):
    assert commands(ask(world, "/lang")) == commands(ask(world, "/lang klingon")) == ["/lang es", "/lang en"]
    assert ask(world, "/lang es").text == "De acuerdo, en español."
    assert ask(world, "/sunny").text == "☀️ b es el nodo soleado, desde hace 5 min."
    assert world.memory.languages == {"11": Language.SPANISH}
    assert ask(world, "/sunny", language=Language.ENGLISH).text.endswith("for 5 min.")


def test_a_memory_that_is_away_keeps_no_answer_back(world):
    world.memory.away = True
    assert ask(world, "/sunny").text.startswith("☀️ b is the sunny node")
    assert ask(world, "/lang es").text == "⚠️ Something does not answer now. Try again in a moment."


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/fuel 4000", None),
        ("/fuel Cádiz", {"provincia": 11}),
        ("/fuel  CADIZ", {"provincia": 11}),
        ("/fuel a coruña", {"municipio": 2}),
        ("/fuel municipio=3", {"municipio": 3}),
        ("/fuel henares", {"municipio": 4}),
    ],
)
def test_places_are_found_as_people_write_them(world, text, asked):
    world.fuel.offers = [offer(4000, "1.459")]
    answer = ask(world, text)
    assert answer.text.startswith("⛽ ")
    places = [one[1] for one in world.fuel.asked if isinstance(one, tuple)]
    assert places == ([] if asked is None else [asked, asked])


def test_offers_and_stations_are_written_out(world):
    world.fuel.offers = [offer(4000, "1.459"), offer(4001, "1.5", distance_km=2.25)]
    lines = ask(world, "/fuel cadiz").text.splitlines()
    assert lines[:3] == ["⛽ Cádiz", "Diesel:", "1.459 €/l · REPSOL, CALLE MAYOR, 1 (Teruel) · 4000"]
    assert lines[3] == "1.500 €/l · REPSOL, CALLE MAYOR, 1 (Teruel, 2.2 km away) · 4001"
    assert ask(world, "/fuel 4000").text.splitlines() == [
        "⛽ REPSOL, CALLE MAYOR, 1, Teruel (Teruel)",
        "gasoleoa: 1.459 €/l",
        "Hours: L-D: 24H",
    ]
    world.fuel.offers = []
    assert ask(world, "/fuel cadiz").text.splitlines() == [
        "⛽ Cádiz",
        "Diesel:",
        "nobody sells it here",
        "Petrol 95:",
        "nobody sells it here",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/fuel", "Where?"),
        ("/fuel Atlantis", "I cannot find “Atlantis”."),
        ("/fuel 404", "There is no station number 404."),
        ("/fuel municipio=99", "I cannot find “99”."),
        ("/fuel {0.__class__}", "I cannot find “{0.__class__}”."),
    ],
)
def test_what_is_not_found_is_said(world, text, says):
    assert says in ask(world, text).text


def test_where_a_name_means_several_people_choose(world):
    answer = ask(world, "/fuel teruel")
    assert [button.label for row in answer.buttons for button in row] == ["Teruel", "Teruel (province)"]
    assert commands(answer) == ["/fuel municipio=1", "/fuel provincia=44"]
    assert commands(ask(world, "/fuel alcala")) == ["/fuel municipio=4", "/fuel municipio=5"]
    assert all(len(command.encode()) <= 64 for command in commands(answer))


def test_names_are_asked_for_once_an_hour(world):
    for minutes in (0, 30, 29, 2):
        world.now += timedelta(minutes=minutes)
        ask(world, "/fuel atlantis")
    assert world.fuel.asked.count("municipalities") == 2


def test_a_location_is_answered_with_what_is_near(world):
    world.fuel.offers = [offer(4000, "1.459", distance_km=0.5)]
    answer = ask(world, "", place=Position(40.3, -1.1))
    assert answer.text.startswith("⛽ Near you\nDiesel:\n1.459 €/l")
    assert world.fuel.asked == [("gasoleoa", 40.3, -1.1), ("gasolina95e5", 40.3, -1.1)]


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Coruña (A)", "a coruna"), ("  Alcalá  de Henares", "alcala de henares"), ("(A)", "(a)"), ("", "")],
)
def test_names_are_compared_without_accents(name, plain):
    assert folded(name) == plain


def test_at_most_eight_places_are_offered():
    names = {str(number): f"Villa {number}" for number in range(1, 30)}
    assert len(matches("villa", {"municipio": names, "provincia": {}})) == 8


@pytest.mark.parametrize("evil", ["<b>x</b>", "*x* _y_ [z](https://example.com)", "{node}", "%s", "a\u202eb"])
def test_names_are_no_markup_and_no_template(world, evil):
    """Messages are plain text without a parse mode: what is in a name stays in it."""
    world.fuel.brand = evil
    assert evil in ask(world, "/fuel 1").text
    world.fuel.offers = [offer(1, "1.0", brand=evil)]
    assert evil in ask(world, "/fuel cadiz").text


def test_a_bug_is_answered_too(world, monkeypatch):
    monkeypatch.setattr(world.energy, "parks", lambda: 1 / 0)
    assert ask(world, "/panels").text == "⚠️ Something went wrong; the log says what."


def test_answers_are_as_long_as_telegram_takes(world):
    world.energy.known_parks = [park(f"node-{number}", power_w=1.0, age_s=1.0) for number in range(1000)]
    assert len(ask(world, "/panels").text.encode("utf-16-le")) <= 2 * 4096
