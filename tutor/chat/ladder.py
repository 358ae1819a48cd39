"""The ladder of help: 1 a nudge, 2 a hint, 3 the first step, 4 an example like it, 5 the full solution. Pure rules.

`asking.py` and `further.py` ask which level a reply may have and what a question does to the ladder, `guarded.py` what
must not be said below which level.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tutor.ai.embedded.normal import is_another, is_solvable, states_problem
from tutor.ai.embedded.request import FULL, Key
from tutor.ai.embedded.wishes import wish_of
from tutor.ai.model import Mode, Prompt
from tutor.ai.secrets import Secret, Secrets
from tutor.ai.spelling import letters, plain
from tutor.chat.errors import ClosedNow, ExamRunning, HintCap, ModeNotAllowed
from tutor.chat.models import Ladder, Message, NoMore
from tutor.classes.models import Rule

FIRST_STEP = 3
ORDINARY = 2
IN_EXAMS = FIRST_STEP
MOST_PROBLEMS = 3
SHORTEST_STEP = 5
SHORTEST_WHISPER, SHORTEST_SENTENCE = 8, 12
SENTENCES = re.compile(r"[。！？；;!?\n]|\.\s")


def cap(rule: Rule) -> int:
    """The highest level that is allowed: an exam refuses examples and solutions."""
    return min(rule.hint_cap, IN_EXAMS) if rule.exam else rule.hint_cap


def check_mode(mode: Mode, rule: Rule) -> None:
    """See whether a conversation may be in a mode; guidance is left where nothing else is.

    Raises:
        ExamRunning: it would explain everything, and there is an exam.
        ModeNotAllowed: the classes do not allow it.

    """
    if mode in _modes(rule):
        return
    if mode == "explain" and "explain" in rule.modes and rule.hint_cap == FULL:
        raise ExamRunning
    raise ModeNotAllowed(mode=mode)


def usual_mode(rule: Rule) -> Mode:
    """The mode of a conversation for which none was chosen."""
    return "guide" if "guide" in _modes(rule) else "explain"


def _modes(rule: Rule) -> tuple[Mode, ...]:
    """Explaining everything is the full solution, so it is only for those who may have that."""
    return tuple(mode for mode in rule.modes if mode == "guide" or cap(rule) == FULL) or ("guide",)


def check_open(rule: Rule) -> None:
    """See whether the tutor answers at this hour.

    Raises:
        ClosedNow: it does not.

    """
    if not rule.open:
        raise ClosedNow


def at_question(ladder: Ladder, problem: str, question: Message) -> Ladder:
    """The ladder once a question is asked: from the bottom when it states another problem than `problem`.

    Why or how, an answer, and a step towards it, stay with the problem at hand.
    """
    is_new = is_another(problem, question.text) if problem else states_problem(question.text)
    return Ladder(question.id, 0) if is_new else ladder


def with_topic(before: Ladder, after: Ladder, topic: str, question: Message) -> Ladder:
    """The ladder where a conversation was begun about a problem: what states no other than that stays with it, and the
    first words already are about it.
    """
    if is_another(topic, question.text):
        return after
    return before if before.problem_id is not None else Ladder(question.id, 0)


def level_of(mode: Mode, ladder: Ladder, rule: Rule, question: str) -> int:
    """How much help a reply to a question may give. A mode that is not allowed any more guides.

    Who asks for a hint in words of their own gets one more like with `next_level`, as far as there is one; whoever asks
    for the answer does not get it for that.
    """
    if mode == "explain" and mode in _modes(rule):
        return FULL
    wants_more = ladder.problem_id is not None and wish_of(question) == "help"
    return min(max(ladder.level + wants_more, ORDINARY), cap(rule))


def climbed(mode: Mode, ladder: Ladder, level: int) -> Ladder:
    """The ladder after a reply at a level; explaining everything is no climbing."""
    is_help = mode == "guide" and ladder.problem_id is not None
    return replace(ladder, level=max(ladder.level, level)) if is_help else ladder


def next_level(mode: Mode, ladder: Ladder, rule: Rule) -> int:
    """One level more than the student has had with the problem.

    Raises:
        HintCap: the classes do not allow it, or there is no more.
        ExamRunning: there is an exam, else they would.

    """
    had = FULL if mode == "explain" and mode in _modes(rule) else min(ladder.level, cap(rule))
    wanted = had + 1
    if wanted <= cap(rule):
        return wanted
    if rule.exam and wanted <= rule.hint_cap:
        raise ExamRunning
    raise HintCap(level=cap(rule))


def no_more(mode: Mode, ladder: Ladder, rule: Rule) -> NoMore | None:
    """Why `next_level` would give no more; None when it would."""
    try:
        next_level(mode, ladder, rule)
    except HintCap:
        return "hint_cap"
    except ExamRunning:
        return "exam_running"
    return None


# What must not be said


def problems_of(prompt: Prompt) -> list[str]:
    """The problems whose answers a reply may have to keep: the one at hand, the topic, and the last before it.

    A student may wrap a problem into words that hide it from the ladder; it stays a secret all the same.
    """
    asked = dict.fromkeys((prompt.problem, prompt.topic, prompt.question, *reversed(prompt.earlier)))
    return [text for text in asked if is_solvable(text)][:MOST_PROBLEMS]


def formulas_to_keep(prompt: Prompt, keys: Mapping[str, Key]) -> Secrets:
    """The answers to problems, and the steps above the prompt's level. `keys` are by the problems' texts.

    What was said since a problem was stated is no secret any more, nor what the problem says itself.
    """
    if prompt.level >= FULL:
        return Secrets(())
    return Secrets(secret for problem, key in keys.items() for secret in _secrets(key, problem, prompt))


def _secrets(key: Key, problem: str, prompt: Prompt) -> Iterator[Secret]:
    shows_step = prompt.level >= FIRST_STEP
    said = plain(_said_since(problem, prompt))
    own = {plain(text) for text in (prompt.question, *prompt.earlier)}
    hidden: list[Secret] = []
    for answer in key.answers:
        sayings = [Secret(plain(saying), key.names) for saying in answer.sayings]
        if own.isdisjoint(plain(form) for form in answer.forms) and not Secrets(sayings).said_in(said):
            hidden += sayings
    lines = (plain(line) for step in key.steps[shows_step:] for line in step)
    hidden += (Secret(line, key.names) for line in lines if len(line) >= SHORTEST_STEP)
    shown = Secrets(hidden).said_in(plain("\n".join((problem, key.first if shows_step else ""))) + said)
    return (secret for secret in hidden if secret.text not in shown)


def _said_since(problem: str, prompt: Prompt) -> str:
    """What student and tutor have said since a problem was stated; all of it, when that is long ago."""
    texts: list[str] = [prompt.so_far]
    for turn in reversed(prompt.turns):
        if turn.speaker == "user" and problem in turn.text:
            break
        texts.append(turn.text)
    return "\n".join(texts)


def words_to_keep(whispers: Sequence[str]) -> Secrets:
    """The teachers' whispers, which are for the tutor alone: each as a whole, and its long enough sentences.

    One of a word or two ("hint", "慢一点") is no secret: replies have such words for reasons of their own.
    """
    spelt = (
        (letters(text, final=True).text, SHORTEST_SENTENCE if is_piece else SHORTEST_WHISPER)
        for whisper in whispers
        for is_piece, text in ((False, whisper), *((True, piece) for piece in SENTENCES.split(whisper)))
    )
    return Secrets(Secret(text) for text, shortest in spelt if _weight(text) >= shortest)


def _weight(text: str) -> int:
    """How much a text says: a Chinese character as much as two letters."""
    return len(text) + sum(not sign.isascii() for sign in text)
