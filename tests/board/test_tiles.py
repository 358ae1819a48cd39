"""The rules of the board: which state wins, since when, and what is shown of a conversation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.board.factories import (
    CONVERSATION,
    NOW,
    STUDENT,
    a_conversation,
    a_hand,
    a_message,
    a_question,
    a_reply,
    facts_of,
)
from tutor.board.models import Facts, Flag, Tile
from tutor.board.tiles import are_alike, tile_of
from tutor.chat.models import Floor, Ladder


def tile(facts: Facts, before: Tile | None = None) -> Tile:
    return tile_of(facts, "小明", NOW, before)


def state_of(facts: Facts) -> str:
    return tile(facts).state


def seconds_ago(seconds: float) -> object:
    return NOW - timedelta(seconds=seconds)


FLAGGED = Flag(CONVERSATION, STUDENT, on=True, at=NOW - timedelta(seconds=5), by=None, seq=1)
AGAIN = [a_question("为什么要移项？"), a_question("为什么 要移项"), a_question("为什么要移项呢？", ago_s=20)]


def test_a_student_without_a_conversation_is_offline_and_has_no_room() -> None:
    shown = tile(Facts(STUDENT))
    assert (shown.state, shown.since, shown.conversation_id) == ("offline", None, None)
    assert (shown.preview, shown.need) == ("", 0)


def test_who_has_left_is_offline_since_then_or_since_the_last_use() -> None:
    assert tile(facts_of(online=False)).since == a_conversation().updated_at
    assert tile(facts_of(online=False, moved_at=NOW)).since == NOW


def test_who_is_there_is_idle_since_the_last_message_or_since_they_came() -> None:
    assert tile(facts_of(a_reply(ago_s=90))).since == seconds_ago(90)
    came = facts_of(a_reply(ago_s=90), moved_at=seconds_ago(10))
    assert (tile(came).state, tile(came).since) == ("idle", seconds_ago(10))


@pytest.mark.parametrize("state", ["queued", "running"])
def test_the_tutor_is_answering_while_a_reply_has_not_ended(state: str) -> None:
    shown = tile(facts_of(a_question("1+1"), a_reply("", ago_s=3, state=state)))
    assert (shown.state, shown.since) == ("answering", seconds_ago(3))


def test_a_reply_goes_on_when_the_student_has_gone() -> None:
    assert state_of(facts_of(a_question("1+1"), a_reply("", state="running"), online=False)) == "answering"


def test_who_types_is_writing() -> None:
    shown = tile(facts_of(a_reply(), writes_since=NOW))
    assert (shown.state, shown.since) == ("writing", NOW)


def test_a_raised_hand_waits_wherever_its_student_is() -> None:
    shown = tile(facts_of(hand=a_hand(), online=False))
    assert (shown.state, shown.since, shown.hand) == ("waiting", seconds_ago(30), seconds_ago(30))


def test_a_claimed_hand_needs_less_than_a_stuck_student() -> None:
    claimed = tile(facts_of(hand=a_hand(claimed_by="t")))
    stuck = tile(facts_of(*AGAIN))
    assert claimed.state == "waiting"
    assert claimed.need < stuck.need < tile(facts_of(hand=a_hand())).need < tile(facts_of(flag=FLAGGED)).need


def test_a_student_waits_for_the_teacher_who_has_the_floor_after_speaking_last() -> None:
    held = a_conversation(floor=Floor("teacher", "t", "王老师"))
    shown = tile(facts_of(a_question("还有一题", ago_s=7), conversation=held))
    assert (shown.state, shown.since, shown.floor) == ("waiting", seconds_ago(7), "teacher")
    assert state_of(facts_of(a_question("?"), a_message("teacher", "看这里"), conversation=held)) == "idle"
    assert state_of(facts_of(a_question("还有一题"))) == "idle"


def test_what_the_system_tells_is_nobodys_turn() -> None:
    held = a_conversation(floor=Floor("teacher", "t", "王老师"))
    told = facts_of(a_question("还有一题"), a_message("system", ""), conversation=held)
    assert (tile(told).state, tile(told).preview) == ("waiting", "还有一题")


def test_a_draft_that_waits_for_approval_waits() -> None:
    shown = tile(facts_of(a_question("1+1"), a_reply("2", ago_s=4, state="checking")))
    assert (shown.state, shown.since) == ("waiting", seconds_ago(4))


def test_three_nearly_equal_questions_mean_stuck() -> None:
    shown = tile(facts_of(*AGAIN))
    assert (shown.state, shown.since) == ("stuck", seconds_ago(20))
    assert state_of(facts_of(*AGAIN[:2])) == "idle"
    assert state_of(facts_of(*AGAIN, a_question("好的，下一题呢？"))) == "idle"


def test_two_low_ratings_among_the_last_four_replies_mean_stuck() -> None:
    low = a_reply(rating="down")
    assert state_of(facts_of(low, a_reply(), a_reply(), low)) == "stuck"
    assert state_of(facts_of(low, a_reply(), a_reply(), a_reply(), low)) == "idle"
    assert state_of(facts_of(low, a_reply(rating="up"))) == "idle"


@pytest.mark.parametrize(("level", "state"), [(3, "idle"), (4, "stuck"), (5, "stuck")])
def test_much_help_with_one_problem_means_stuck(level: int, state: str) -> None:
    assert state_of(facts_of(a_reply(), conversation=a_conversation(ladder=Ladder("p", level)))) == state


@pytest.mark.parametrize(("seconds", "state"), [(170, "idle"), (185, "stuck"), (1790, "stuck"), (1810, "idle")])
def test_silence_after_a_hint_means_stuck_for_a_while(seconds: float, state: str) -> None:
    guided = a_conversation(mode="guide")
    assert state_of(facts_of(a_reply(ago_s=seconds), conversation=guided)) == state


def test_silence_after_an_explanation_or_while_typing_is_no_trouble() -> None:
    assert state_of(facts_of(a_reply(ago_s=200))) == "idle"
    typing = facts_of(a_reply(ago_s=200), conversation=a_conversation(mode="guide"), writes_since=NOW)
    assert state_of(typing) == "writing"


def test_who_has_left_is_not_stuck() -> None:
    assert state_of(facts_of(*AGAIN, online=False)) == "offline"


def test_another_reason_to_be_stuck_does_not_begin_anew() -> None:
    before = tile(facts_of(*AGAIN))
    later = facts_of(*AGAIN, a_question("为什么要移项", ago_s=1))
    assert tile(later, before).since == before.since
    assert tile(later, replace(before, state="idle")).since == seconds_ago(1)


def test_a_flag_is_above_everything_and_a_cleared_one_is_nothing() -> None:
    assert state_of(facts_of(*AGAIN, flag=FLAGGED, hand=a_hand())) == "flagged"
    assert state_of(facts_of(flag=replace(FLAGGED, on=False))) == "idle"


def test_the_preview_is_the_last_line_that_is_there_whole() -> None:
    shown = tile(facts_of(a_question("第一行\n\n  第二行  "), a_reply("还没写完", state="running")))
    assert (shown.preview, shown.said_by) == ("第二行", "student")
    shown = tile(facts_of(a_question("x"), a_reply("**步骤**\n- **于是** $x=3$。\n\n")))
    assert (shown.preview, shown.said_by) == ("于是 x=3。", "tutor")


def test_a_rejected_draft_is_not_shown() -> None:
    assert tile(facts_of(a_question("x"), a_reply("错的", state="rejected"))).preview == "x"


def test_a_long_line_is_cut() -> None:
    preview = tile(facts_of(a_question("长" * 200))).preview
    assert (len(preview), preview[-1]) == (80, "…")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("为什么要移项？", "为什么，要移项", True),
        ("Why is that so?", "why is that so", True),
        ("怎么解 2x+3=11", "怎么解 2x + 3 = 11 ？", True),
        ("怎么解 2x+3=11", "怎么解 2x+3=12", False),
        ("为什么冰会浮在水上", "为什么铁会生锈", False),
        ("?", "？？", True),
        ("好", "不", False),
    ],
)
def test_questions_are_alike_when_only_the_wording_trembles(one: str, other: str, *, alike: bool) -> None:
    assert are_alike(one, other) is alike
