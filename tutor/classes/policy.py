"""What the policies of a student's classes come to for one subject at one moment. Pure.

`service.py rule_for` asks; the chat keeps to the rule.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tutor.ai.model import Mode
from tutor.classes.models import ALL_MODES, Class, Hours, Policy, Rule

STRICTEST_MODE: Mode = "guide"
# A class's subject is free text; these are the names by which people call the subjects of conversations.
NAMES = {
    "math": {"math", "maths", "mathematics", "数学"},
    "physics": {"physics", "物理"},
    "chemistry": {"chemistry", "化学"},
    "biology": {"biology", "生物"},
    "chinese": {"chinese", "语文", "中文"},
    "english": {"english", "英语", "英文"},
    "history": {"history", "历史"},
    "geography": {"geography", "地理"},
    "politics": {"politics", "政治", "道德与法治", "道法", "思想政治"},
}
SUBJECTS = {name: subject for subject, names in NAMES.items() for name in names}


def govern(classes: Sequence[Class], subject: str, now: datetime) -> Rule:
    """The strictest of what a student's active classes say about a subject.

    A class has a say when it is of this subject, or of none that we know. An exam of any of the classes counts.
    """
    having_a_say = [one for one in classes if _subject_of(one) in {subject, None}]
    policies = [one.policy for one in having_a_say]
    daily = [policy.daily_replies for policy in policies if policy.daily_replies is not None]
    return Rule(
        modes=_modes(policies),
        hint_cap=min((policy.hint_cap for policy in policies), default=Policy().hint_cap),
        exam=any(one.policy.exam for one in classes),
        open=all(is_open(policy.hours, now) for policy in policies),
        daily_replies=min(daily, default=None),
        class_ids=tuple(one.id for one in having_a_say),
    )


def is_open(hours: Hours | None, now: datetime) -> bool:
    """Whether a moment is within the hours; none are always."""
    if hours is None:
        return True
    there = now.astimezone(ZoneInfo(hours.zone))
    return there.isoweekday() in hours.days and hours.start <= there.strftime("%H:%M") < hours.end


def _subject_of(one: Class) -> str | None:
    return SUBJECTS.get(one.subject.strip().casefold()) if one.subject is not None else None


def _modes(policies: Sequence[Policy]) -> tuple[Mode, ...]:
    """The modes that all policies allow; where they agree on none, the one that gives the least away."""
    shared = tuple(mode for mode in ALL_MODES if all(mode in policy.modes for policy in policies))
    return shared or (STRICTEST_MODE,)
