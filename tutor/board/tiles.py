"""The rules of the board, pure: which state a student is in and since when, how much they need a teacher, and the line
that is shown of their conversation. `live.py` asks for a tile whenever something changed and every few seconds.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tutor.board.models import Facts, Tile, TileState
from tutor.chat.models import AuthorKind, FloorState, Message

RECENT = 12  # messages that the rules look at
SAME_QUESTIONS = 3
ALIKE = 0.7
LAST_REPLIES = 4
LOW_RATINGS = 2
MUCH_HELP = 4
SILENCE = timedelta(minutes=3)
LEFT_LYING = timedelta(minutes=30)  # a page that nobody sits at is no call for help
PREVIEW = 80
MARKUP = re.compile(r"^\s*(?:[#>*+-]+\s+)+|\*\*|__|`+|\$+")

NEED: dict[TileState, int] = {
    "flagged": 60,
    "waiting": 50,
    "stuck": 40,
    # All alike, so that tiles keep their places while students work.
    "answering": 10,
    "writing": 10,
    "idle": 10,
    "offline": 0,
}
NEED_WHEN_CLAIMED = 30
Rule = Callable[[Facts, datetime], datetime | None]


def tile_of(facts: Facts, name: str, now: datetime, before: Tile | None = None) -> Tile:
    """A student's tile; `before` is the one that was shown until now."""
    state, since = _state(facts, now)
    if state == "stuck" and before is not None and before.state == "stuck":
        since = before.since  # another reason to be stuck does not begin anew
    conversation, (preview, said_by) = facts.conversation, _preview(facts.messages)
    return Tile(
        student_id=facts.student_id,
        name=name,
        conversation_id=conversation.id if conversation is not None else None,
        title=conversation.title if conversation is not None else "",
        state=state,
        since=since,
        preview=preview,
        said_by=said_by,
        hand=facts.hand.raised_at if facts.hand is not None else None,
        floor=_floor(facts),
        need=_need(facts, state),
    )


def _state(facts: Facts, now: datetime) -> tuple[TileState, datetime | None]:
    """The first state in the order of need whose rule says since when it holds."""
    for state, rule in RULES:
        if (since := rule(facts, now)) is not None:
            return state, since
    last = facts.conversation.updated_at if facts.conversation is not None else None
    return "offline", facts.moved_at or last


def _need(facts: Facts, state: TileState) -> int:
    if state == "waiting" and facts.hand is not None and facts.hand.claimed_by is not None:
        return NEED_WHEN_CLAIMED
    return NEED[state]


def _floor(facts: Facts) -> FloorState:
    return facts.conversation.floor.state if facts.conversation is not None else "tutor"


# The rules: each says since when its state holds, or None


def _flagged(facts: Facts, _now: datetime) -> datetime | None:
    return facts.flag.at if facts.flag is not None and facts.flag.on else None


def _waiting(facts: Facts, _now: datetime) -> datetime | None:
    """A hand is up, a draft waits for approval, or the student has spoken to the teacher who has the floor."""
    if facts.hand is not None:
        return facts.hand.raised_at
    checking = [message.created_at for message in facts.messages if message.state == "checking"]
    if checking:
        return checking[0]
    last = _last_said(facts.messages)
    spoke_last = last is not None and last.author.kind == "student"
    return last.created_at if last is not None and spoke_last and _floor(facts) == "teacher" else None


def _stuck(facts: Facts, now: datetime) -> datetime | None:
    if not facts.online:
        return None
    reasons: tuple[Rule, ...] = (_asks_the_same, _is_not_helped, _needs_much_help, _is_silent)
    return next((since for rule in reasons if (since := rule(facts, now)) is not None), None)


def _asks_the_same(facts: Facts, _now: datetime) -> datetime | None:
    """The last question was asked three times, in nearly the same words."""
    questions = [message for message in facts.messages if message.author.kind == "student"]
    if not questions:
        return None
    alike = sum(are_alike(questions[-1].text, other.text) for other in questions)
    return questions[-1].created_at if alike >= SAME_QUESTIONS else None


def _is_not_helped(facts: Facts, _now: datetime) -> datetime | None:
    """Two of the last four replies did not help, says the student."""
    low = [reply for reply in _replies(facts.messages)[-LAST_REPLIES:] if reply.reply and reply.reply.rating == "down"]
    return low[-1].created_at if len(low) >= LOW_RATINGS else None


def _needs_much_help(facts: Facts, _now: datetime) -> datetime | None:
    """The problem at hand needed an example or its solution."""
    conversation, last = facts.conversation, _last_said(facts.messages)
    if conversation is None or last is None or conversation.ladder.level < MUCH_HELP:
        return None
    return last.created_at


def _is_silent(facts: Facts, now: datetime) -> datetime | None:
    """A hint was given minutes ago, and nothing followed."""
    conversation, last = facts.conversation, _last_said(facts.messages)
    if conversation is None or last is None or last.author.kind != "tutor" or facts.writes_since is not None:
        return None
    is_hint = last.state == "complete" and (conversation.mode == "guide" or conversation.ladder.level > 0)
    return last.created_at if is_hint and SILENCE <= now - last.created_at < LEFT_LYING else None


def _answering(facts: Facts, _now: datetime) -> datetime | None:
    begun = [reply.created_at for reply in _replies(facts.messages) if reply.state in {"queued", "running"}]
    return begun[-1] if begun else None


def _writing(facts: Facts, _now: datetime) -> datetime | None:
    return facts.writes_since


def _idle(facts: Facts, _now: datetime) -> datetime | None:
    if facts.conversation is None or not facts.online:
        return None
    last = _last_said(facts.messages)
    quiet_since = last.created_at if last is not None else facts.conversation.created_at
    return max(quiet_since, facts.moved_at or quiet_since)


RULES: tuple[tuple[TileState, Rule], ...] = (
    ("flagged", _flagged),
    ("waiting", _waiting),
    ("stuck", _stuck),
    ("answering", _answering),
    ("writing", _writing),
    ("idle", _idle),
)


# What was said


def _replies(messages: Sequence[Message]) -> list[Message]:
    return [message for message in messages if message.reply is not None]


def _last_said(messages: Sequence[Message]) -> Message | None:
    """The last message that is no notice of the system."""
    return next((message for message in reversed(messages) if message.author.kind != "system"), None)


def _preview(messages: Sequence[Message]) -> tuple[str, AuthorKind | None]:
    """The last line of what was said last and is there whole, and who said it."""
    for message in reversed(messages):
        lines = message.text.split("\n") if message.is_final and message.state != "rejected" else []
        shown = [text for line in lines if (text := _plain(line))]
        if shown and message.author.kind != "system":
            text = shown[-1]
            return (text if len(text) <= PREVIEW else text[: PREVIEW - 1] + "…"), message.author.kind
    return "", None


def _plain(line: str) -> str:
    """A line without the signs of its markup."""
    return " ".join(MARKUP.sub("", line).split())


def are_alike(one: str, other: str) -> bool:
    """Whether two questions are nearly the same: they name the same numbers, and share most pairs of letters."""
    first, second = _letters(one), _letters(other)
    if first == second:
        return True
    if re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return False
    pairs, others = _pairs(first), _pairs(second)
    return bool(pairs and others) and 2 * len(pairs & others) / (len(pairs) + len(others)) >= ALIKE


def _letters(text: str) -> str:
    """The letters and digits alone, so that spaces, case and punctuation do not matter."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
