"""Whatever somebody writes, and whatever the news hold, the answer is markup that Telegram takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_html import LONGEST_TEXT, telegram_text, units
from bot.chat import following, texts
from bot.chat.answer import Answer
from bot.chat.button_data import LONGEST
from bot.chat.incoming import from_json, to_json
from bot.chat.latest import Wanted, latest_answer, latest_wanted
from bot.chat.outgoing import from_json as answer_from_json
from bot.chat.outgoing import to_json as answer_to_json
from bot.chat.request import request_of
from bot.chat.topics import Topic
from bot.chat.updates import incoming_of
from tests.fakes.telegram_markup import read_markup
from tests.unit.bot.chat.around import GROUP, ME, NOW, PRIVATE, TOPICS, around, news, wrote

if TYPE_CHECKING:
    from bot.chat.answer import Around
    from bot.chat.request import Request

NASTY = st.sampled_from(
    ["<b>", "&amp;", "&", "</a>", '"', "\u202e", "\u2067", "\u2069", "\u0000", "\ud800", "😀", "\u0651", "@", "\n"]
)
ANYTHING = st.lists(st.text(max_size=40) | NASTY, max_size=12).map("".join)
WORDS = st.sampled_from(["/latest ", "/follow ", "/unfollow ", "/start ", "تابع ", "ألغِ ", "الجديد ", "/", "/x", ""])
NAMES = ANYTHING.filter(str.strip)


def answer_of(request: Request, here: Around) -> Answer:
    """Answer as the conversation does, with news made up."""
    match request.verb:
        case "latest" | "chatter":
            wanted = latest_wanted(request, here)
            return latest_answer(wanted, [news(1), news(2)], here) if isinstance(wanted, Wanted) else wanted
        case "follow":
            decided = following.follow(request, here)
        case "unfollow":
            decided = following.unfollow(request, here)
        case "later":
            decided = texts.later(request.command, here)
        case "wordless":
            decided = texts.wordless(here)
        case "start":
            decided = texts.start(here)
        case "help":
            decided = texts.help_text(here)
        case "watchlists":
            decided = following.topic_list(here)
        case _:
            decided = texts.unknown_command(request.command, here)
    return decided if isinstance(decided, Answer) else decided.answer


def check(answer: Answer) -> None:
    """Hold an answer to what Telegram takes."""
    shown = telegram_text(answer.lines)
    plain = read_markup(shown.markup).plain
    assert plain.strip()
    assert units(plain) <= LONGEST_TEXT
    assert units(shown.plain) <= LONGEST_TEXT
    assert len(answer.toast) <= 200
    buttons = [button for row in answer.buttons for button in row]
    assert len(buttons) <= 100
    assert all(button.text.strip() and 0 < len(button.data.encode()) <= LONGEST for button in buttons)
    for line in plain.split("\n"):
        assert line.count("\u2068") + line.count("\u2067") + line.count("\u2066") == line.count("\u2069")
    assert answer_from_json(answer_to_json(answer)) == answer


@given(word=WORDS, text=ANYTHING, group=st.booleans())
def test_any_text_gets_an_answer_that_telegram_takes(word: str, text: str, group: bool) -> None:
    incoming = wrote(word + text, GROUP if group else PRIVATE)
    assert from_json(to_json(incoming)) == incoming
    request = request_of(incoming, ME)
    if request is not None:
        check(answer_of(request, around(GROUP if group else PRIVATE)))


@given(name=NAMES, title=ANYTHING, url=ANYTHING, source=ANYTHING, sightings=st.integers(0, 10**6))
def test_any_name_and_title_make_a_list_that_telegram_takes(
    name: str, title: str, url: str, source: str, sightings: int
) -> None:
    topic = Topic(id="odd", name=name, severity="critical", followed=True)
    here = around(topics=(topic, *TOPICS), nameable=(topic, *TOPICS), name=name, feed_names={"a": source})
    rows = [news(each, title=title, url=url, sightings=sightings, watchlists={"odd": name}) for each in range(1, 22)]
    everything = latest_wanted(request_of(wrote("/latest 20"), ME), here)  # type: ignore[arg-type]
    assert isinstance(everything, Wanted)
    check(latest_answer(everything, rows, here))
    check(following.topic_list(here))
    check(texts.start(here))
    check(texts.help_text(here))
    check(answer_of(request_of(wrote("/unfollow odd"), ME), here))  # type: ignore[arg-type]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["chat", "id", "type", "from", "date", "text", "message_id", "data"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(kind=st.sampled_from(["message", "callback_query", "my_chat_member", "poll"]), body=JSON)
def test_any_update_is_read_or_passed_over(kind: str, body: object) -> None:
    incoming = incoming_of({"update_id": 1, kind: body}, bot_id=1, now=NOW)
    assert incoming is None or from_json(to_json(incoming)) == incoming
