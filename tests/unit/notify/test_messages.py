"""The texts that people read."""

from datetime import date, timedelta

import pytest

from ahorrater.domain.decision import Reason
from ahorrater.domain.messages import MAX_NAMES, Item, buttons_under, compose
from ahorrater.domain.news import Chosen, Contact, Digest, Failed, Relabelled, Silence
from ahorrater.domain.speaking import MAX_TEXT_UNITS, shorten
from ahorrater.domain.wording import Language
from tests.unit.notify.notify_fakes import NOON

ES, EN = Language.SPANISH, Language.ENGLISH


def item(news, times=1, at_s=0.0):
    return Item(news, times, NOON + timedelta(seconds=at_s))


def units(text):
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("language", "news", "text"),
    [
        (
            ES,
            Chosen("b", "a", Reason.BETTER_NODE, 12.34, 3.0, 4320),
            """☀️ El trabajo se va a b, que da 12,3 W (a da 3,0 W).
Motivo: lleva bastante tiempo dando más.
a ha sido el nodo soleado durante 1 h 12 min.""",
        ),
        (
            EN,
            Chosen("b", "a", Reason.PRESENT_SILENT, 12.34, None, 59.9),
            """☀️ The work goes to b, which gives 12.3 W.
Why: the previous one has fallen silent.
a was the sunny node for 59 s.""",
        ),
        (EN, Chosen("a", None, Reason.FIRST_CHOICE), "☀️ The work goes to a.\nWhy: it is the first choice."),
        (EN, Silence("a", over=False), "🌑 No park says anything. The last choice holds: a."),
        (ES, Silence("a", over=True), "🌤 Vuelven a llegar lecturas. El nodo soleado es a."),
        (ES, Relabelled("b", "a", False, 3, 4.24), "✅ b ya es el nodo soleado: 3 pods trasladados en 4,2 s."),
        (EN, Relabelled("b", "a", False, 1, 61), "✅ b is now the sunny node: 1 pod moved in 1 min."),
        (EN, Relabelled("b", "a", False, 0, 0), "✅ b is now the sunny node: no pod moved in 0.0 s."),
        (EN, Relabelled("b", "a", False, 2, 4, also=("c",)), "✅ b + c share the work now: 2 pods moved in 4.0 s."),
        (
            ES,
            Relabelled("b", "b", False, 1, 4, also=("c",)),
            "✅ El trabajo se reparte entre b + c: 1 pod trasladado en 4,0 s.",
        ),
        (
            EN,
            Relabelled("b", "a", True, 2, 0, also=("c",)),
            "💡 Recommendation: move the work to b + c (2 pods). Nothing was changed.",
        ),
        (
            EN,
            Failed("b", "b", "node-not-ready", True, 0),
            "⚠️ A node cannot share the work with b: the node is not ready. It goes on without.",
        ),
        (EN, Relabelled("b", "a", True, 2, 0), "💡 Recommendation: move the work to b (2 pods). Nothing was changed."),
        (
            ES,
            Digest(date(2026, 6, 1), 3, 412.35, -1.25, 0.0412, 0.714),
            """📊 Resumen del 01/06/2026 (UTC)
3 traslados.
Energía renovable aprovechada: 412,4 Wh, el 71 % de lo que necesita el trabajo.
1,2 Wh menos que sin moverse.
CO2 evitado: 41,2 g.""",
        ),
        (
            EN,
            Digest(date(2026, 6, 1), 0, 12.0, 0.0, 0.0012),
            """📊 Summary of 01/06/2026 (UTC)
No move.
Renewable energy used: 12.0 Wh.
0.0 Wh more than staying put.
CO2 avoided: 1.2 g.""",
        ),
        (
            EN,
            Failed("b", "a", "pods-pending", True, 120),
            "⚠️ The move to b failed after 2 min: the pods find no room.\nThe work stays on a.",
        ),
        (
            ES,
            Failed("b", None, "node-not-found", True, 1),
            "⚠️ El traslado a b ha fallado tras 1,0 s: el nodo no existe.\nTodo está como antes.",
        ),
        (
            EN,
            Failed("b", "a", "something-newer", False, 1),
            "⚠️ The move to b failed after 1.0 s: no known cause.\nIt could not be undone: someone should look.",
        ),
        (EN, Contact("a", lost=True), "🔌 The park of a does not answer."),
        (EN, Contact("a", lost=False), "🔋 The park of a answers again."),
        (ES, Contact("a", lost=False, away_s=90_000), "🔋 El parque de a vuelve a responder tras 1 d 1 h."),
    ],
)
def test_one_piece_of_news(language, news, text):
    assert compose([item(news)], language) == text


def test_several_are_one_message_in_the_order_in_which_they_came():
    text = compose(
        [
            item(Contact("c", lost=True), at_s=0),
            item(Relabelled("b", "a", False, 2, 3), at_s=2),
            item(Chosen("b", "a", Reason.BETTER_NODE), at_s=1),
        ],
        EN,
    )
    paragraphs = text.split("\n\n")
    assert [paragraph[0] for paragraph in paragraphs] == ["☀", "✅", "🔌"]


def test_what_was_folded_away_is_counted():
    assert compose([item(Relabelled("b", "a", False, 2, 3), times=7)], EN).endswith(
        "\nThere were 7 changes; this is the latest."
    )


@pytest.mark.parametrize(("parks", "shown"), [(3, 3), (10, 10), (11, 10), (10_000, 10)])
def test_many_parks_are_one_line(parks, shown):
    text = compose([item(Contact(f"node-{number:05d}", lost=True)) for number in range(parks)], EN)
    assert text.startswith(f"🔌 {parks} parks do not answer: node-00000, ")
    assert text.count("node-") == shown
    assert (f" and {parks - MAX_NAMES} more" in text) == (parks > MAX_NAMES)


def test_lost_parks_and_those_that_are_back_are_told_apart():
    contacts = [item(Contact(f"n{number}", lost=number % 2 == 0)) for number in range(8)]
    lost, back = compose(contacts, EN).split("\n\n")
    assert lost.endswith("n0, n2, n4, n6.")
    assert back.endswith("n1, n3, n5, n7.")


@pytest.mark.parametrize("language", [ES, EN])
def test_a_message_is_never_longer_than_telegram_takes(language):
    name = "n" * 253
    items = [
        item(Chosen(name, name, Reason.BETTER_NODE, 1.0, 1.0, 1.0), 2),
        item(Silence(name, over=False), 2),
        item(Relabelled(name, name, False, 2, 3), 2),
        item(Failed(name, name, "pods-pending", True, 3), 2),
        *(item(Contact(name, lost=number % 2 == 0)) for number in range(1000)),
    ]
    assert units(compose(items, language)) <= MAX_TEXT_UNITS


@pytest.mark.parametrize(
    ("text", "limit", "shortened"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("🌑🌑", 4, "🌑🌑"),
        ("🌑🌑🌑", 4, "🌑…"),  # half a pair of surrogates is no character
        ("", 4, ""),
    ],
)
def test_shortening_counts_as_telegram_does(text, limit, shortened):
    assert shorten(text, limit) == shortened
    assert units(shorten(text, limit)) <= limit


def test_names_are_no_markup_and_no_pattern():
    assert "{node} _a_ *b* <c>" in compose([item(Contact("{node} _a_ *b* <c>", lost=True))], EN)


@pytest.mark.parametrize(
    ("news", "commands"),
    [
        (Relabelled("b", "a", True, 2, 0, epoch=7), [["/approve 7", "/veto 7"]]),
        (Relabelled("b", "a", True, 2, 0), []),
        (Relabelled("b", "a", False, 2, 0, epoch=7), []),
        (Contact("b", lost=True), []),
    ],
)
@pytest.mark.parametrize("before", [Contact("n", lost=True), Relabelled("a", "b", False, 1, 1, epoch=6)])
def test_a_recommendation_can_be_judged_where_it_is_read(before, news, commands):
    rows = buttons_under([item(before), item(news)], ES)
    assert [[button.command for button in row] for row in rows] == commands
    assert all(button.label for row in rows for button in row)


@pytest.mark.parametrize("epoch", [7, 8])
def test_what_was_done_meanwhile_needs_no_word_any_more(epoch):
    recommended, done = Relabelled("b", "a", True, 2, 0, epoch=7), Relabelled("b", "a", False, 2, 1, epoch=epoch)
    assert buttons_under([item(recommended), item(done)], ES) == ()


def test_what_is_only_recommended_is_not_told_as_done():
    chosen = Chosen("b", "a", Reason.BETTER_NODE, 12.0, 3.0, 4320)
    text = compose([item(chosen), item(Relabelled("b", "a", True, 2, 0, epoch=7), at_s=1)], EN)
    assert text.splitlines() == [
        "🌤 Now b would be better, which gives 12.0 W (a gives 3.0 W).",
        "Why: it has given more for long enough.",
        "",
        "💡 Recommendation: move the work to b (2 pods). Nothing was changed.",
    ]
