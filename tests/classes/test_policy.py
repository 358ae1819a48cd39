"""What the policies of some classes come to: the strictest, for the subject, at the moment."""

from datetime import UTC, datetime

import pytest

from tutor.classes.models import Class, Hours, Policy, Rule
from tutor.classes.policy import govern, is_open
from tutor.core.clock import new_id

MONDAY_8_UTC = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 16:00 in Shanghai


def a_class(subject: str | None = None, policy: Policy | None = None) -> Class:
    return Class(
        id=new_id(),
        name="七年级一班",
        subject=subject,
        grade=7,
        code="ABCDEF",
        code_expires_at=None,
        teacher_ids=("t",),
        created_at=MONDAY_8_UTC,
        policy=policy or Policy(),
    )


def rule(*classes: Class, subject: str = "math", now: datetime = MONDAY_8_UTC) -> Rule:
    return govern(classes, subject, now)


def hours(start: str, end: str, *days: int, zone: str = "Asia/Shanghai") -> Hours:
    return Hours(days or (1, 2, 3, 4, 5), start, end, zone)


def test_without_a_class_everything_is_allowed() -> None:
    assert rule() == Rule(("guide", "explain"), 5, exam=False, open=True, daily_replies=None, class_ids=())


def test_a_class_without_a_policy_allows_everything_and_is_named() -> None:
    one = a_class("math")
    assert rule(one) == Rule(("guide", "explain"), 5, exam=False, open=True, daily_replies=None, class_ids=(one.id,))


def test_the_strictest_of_several_classes_holds() -> None:
    loose = a_class("math", Policy(hint_cap=4, daily_replies=50))
    strict = a_class(None, Policy(modes=("guide",), hint_cap=2, daily_replies=10))
    free = a_class("math")
    assert rule(loose, strict, free) == Rule(
        ("guide",), 2, exam=False, open=True, daily_replies=10, class_ids=(loose.id, strict.id, free.id)
    )


def test_a_class_of_another_subject_has_no_say() -> None:
    physics = a_class("physics", Policy(hint_cap=1, modes=("guide",), daily_replies=0))
    assert rule(physics) == rule()
    assert rule(physics, subject="physics").hint_cap == 1


def test_an_exam_of_any_class_counts_whatever_its_subject() -> None:
    assert rule(a_class("physics", Policy(exam=True))).exam
    assert not rule(a_class("physics")).exam


@pytest.mark.parametrize("subject", ["数学", " Math ", "MATHEMATICS", "maths", "math"])
def test_a_subject_is_known_by_its_usual_names(subject: str) -> None:
    one = a_class(subject, Policy(hint_cap=1))
    assert rule(one).hint_cap == 1
    assert rule(one, subject="physics").hint_cap == 5


@pytest.mark.parametrize("subject", [None, "奥数", "other", "晚自习"])
def test_a_class_of_no_known_subject_has_a_say_in_all(subject: str | None) -> None:
    one = a_class(subject, Policy(hint_cap=1))
    assert [rule(one, subject=each).hint_cap for each in ("math", "chinese", "other")] == [1, 1, 1]


def test_classes_that_share_no_mode_leave_the_one_that_gives_the_least_away() -> None:
    guide, explain = a_class(None, Policy(modes=("guide",))), a_class(None, Policy(modes=("explain",)))
    assert rule(explain).modes == ("explain",)
    assert rule(guide, explain).modes == ("guide",)


def test_no_reply_a_day_is_the_strictest_number() -> None:
    assert rule(a_class(None, Policy(daily_replies=0)), a_class(None, Policy(daily_replies=9))).daily_replies == 0


def test_one_class_that_is_closed_closes_the_subject() -> None:
    day, evening = Policy(hours=hours("08:00", "18:00")), Policy(hours=hours("19:00", "21:00"))
    assert rule(a_class(None, day)).open
    assert not rule(a_class(None, day), a_class(None, evening)).open


@pytest.mark.parametrize(
    ("now", "there"),
    [
        (datetime(2026, 11, 23, 7, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 9, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), False),  # a Sunday
    ],
    ids=str,
)
def test_hours_begin_with_their_first_minute_and_end_before_their_last(now: datetime, *, there: bool) -> None:
    assert is_open(hours("16:00", "18:00"), now) is there


def test_the_day_is_the_one_of_the_zone() -> None:
    late_sunday = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 00:30 on Monday in Shanghai
    assert is_open(hours("00:00", "01:00", 1), late_sunday)
    assert not is_open(hours("00:00", "24:00", 7), late_sunday)
    assert is_open(hours("00:00", "24:00", 7, zone="UTC"), late_sunday)


def test_hours_keep_to_the_clocks_of_people_when_those_are_changed() -> None:
    berlin = hours("08:00", "09:00", 1, zone="Europe/Berlin")
    assert is_open(berlin, datetime(2026, 7, 6, 6, 30, tzinfo=UTC))
    assert is_open(berlin, datetime(2026, 12, 7, 7, 30, tzinfo=UTC))
    assert not is_open(berlin, datetime(2026, 12, 7, 6, 30, tzinfo=UTC))
