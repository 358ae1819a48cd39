"""Builds the Prompt for a reply: instructions from a template, and the dialogue in data slots inside a token budget.

`briefing.py` and `guarded.py` call it. No name, e-mail or school goes in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jinja2 import Environment, PackageLoader, StrictUndefined

from tutor.ai.embedded.request import FULL
from tutor.ai.model import Prompt, Turn
from tutor.chat.models import WHISPERED, Conversation, Message, Subject, Whisper
from tutor.classes.topics import Topic
from tutor.core.caller import Language
from tutor.core.tokens import keyed

VERSION = "tutor.v2"
WHISPERS = "whispers.v1"
TOPIC = "topic.v1"
HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
SUBJECT_NAMES: dict[Language, dict[Subject, str]] = {
    "zh": {
        "math": "数学",
        "physics": "物理",
        "chemistry": "化学",
        "biology": "生物",
        "chinese": "语文",
        "english": "英语",
        "history": "历史",
        "geography": "地理",
        "politics": "道德与法治",
        "other": "综合",
    },
    "en": {
        "math": "mathematics",
        "physics": "physics",
        "chemistry": "chemistry",
        "biology": "biology",
        "chinese": "Chinese",
        "english": "English",
        "history": "history",
        "geography": "geography",
        "politics": "civics",
        "other": "school subjects",
    },
}


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has: one for a Chinese character, one for four others."""
    han = len(HAN.findall(text))
    return han + (len(text) - han + 3) // 4


@dataclass(frozen=True, slots=True)
class PromptLimits:
    """Budgets in tokens: of the earlier dialogue, and of the reply."""

    history_tokens: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Aid:
    """How much help a reply may give, and with what: the level, and the message that stated the problem.

    A checked `solution` is for the full solution alone. It is a `hint` when the student asked for the next level, and
    `capped` when there is no level beyond it.
    """

    level: int
    problem: Message | None = None
    solution: str = ""
    hint: bool = False
    capped: bool = False


class Prompts:
    """The templates, loaded once. `secret` makes the slot numbers, which nobody can foretell."""

    def __init__(self, secret: str, limits: PromptLimits) -> None:
        self._secret = secret
        self._limits = limits
        self._templates = Environment(
            loader=PackageLoader("tutor.ai", "prompts"),
            autoescape=False,  # noqa: S701  # the output is text for a model, not HTML
            undefined=StrictUndefined,
            auto_reload=False,  # the templates come with the program
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def build(
        self,
        conversation: Conversation,
        dialogue: Sequence[Message],
        language: Language,
        aid: Aid,
        *,
        so_far: str = "",
        whispers: Sequence[Whisper] = (),
        topic: Topic | None = None,
    ) -> Prompt:
        """The prompt for a reply to the last message of `dialogue` (in order of `seq`), going on after `so_far`.

        For a hint, all of the dialogue comes before the student's wish, and the question is that of the problem. What
        the conversation is about stands before all of it, in a slot of its own.
        """
        boundary = keyed(self._secret, conversation.id)
        question = aid.problem if aid.hint and aid.problem is not None else dialogue[-1]
        system = self._templates.get_template(f"{VERSION}.{language}.j2").render(
            grade=conversation.grade,
            subject=SUBJECT_NAMES[language][conversation.subject],
            level=aid.level,
            capped=aid.capped,
            solution=aid.solution if aid.level == FULL else "",
            boundary=boundary,
        )
        before = dialogue if aid.hint else dialogue[:-1]
        about = [self._slot("homework", topic.text, boundary)] if topic is not None else []
        turns = [*about, *(self._turn(message, boundary) for message in self._within_budget(before))]
        behind = self._render(TOPIC, language) if topic is not None else ""
        stated = (topic.question,) if topic is not None else ()
        asking = Turn("user", self._render("hint.v1", language)) if aid.hint else self._turn(question, boundary)
        own = (message for message in before if message.author.kind == "student" and message.seq < question.seq)
        return Prompt(
            system=system + behind + self._whispered(whispers, language, boundary),
            turns=(*turns, asking),
            question=question.text,
            earlier=(*stated, *(message.text for message in own)),
            language=language,
            mode=conversation.mode,
            subject=conversation.subject,
            grade=conversation.grade,
            version=_version(language, topic, whispers),
            max_tokens=self._limits.max_tokens,
            so_far=so_far,
            whispers=tuple(whisper.text for whisper in whispers),
            level=aid.level,
            problem=aid.problem.text if aid.problem is not None else "",
            capped=aid.capped,
            topic=topic.question if topic is not None else "",
        )

    def sterner(self, prompt: Prompt, told: str) -> Prompt:
        """The prompt once more, after a reply was about to say too much; the student has read what was `told`."""
        behind = self._render("sterner.v1", prompt.language, so_far=told)
        return replace(prompt, system=prompt.system + behind, so_far=told)

    def fallback(self, prompt: Prompt) -> str:
        """What the ladder says at a level when no model keeps to it."""
        return self._render("fallback.v1", prompt.language, level=prompt.level).strip()

    def _render(self, name: str, language: Language, **facts: str | int) -> str:
        return self._templates.get_template(f"{name}.{language}.j2").render(facts)

    def _turn(self, message: Message, boundary: str) -> Turn:
        if message.author.kind == "tutor":
            return Turn("assistant", message.text)
        return self._slot(message.author.kind, message.text, boundary)

    def _slot(self, author: str, text: str, boundary: str) -> Turn:
        slot = self._templates.get_template("turn.v1.j2")
        return Turn("user", slot.render(author=author, boundary=boundary, text=_without(boundary, text)))

    def _whispered(self, whispers: Sequence[Whisper], language: Language, boundary: str) -> str:
        """What teachers told the tutor, in slots of its own behind the instructions: no turn of the dialogue."""
        if not whispers:
            return ""
        template = self._templates.get_template(f"{WHISPERS}.{language}.j2")
        texts = [_without(boundary, whisper.text) for whisper in whispers]
        return "\n\n" + template.render(boundary=boundary, texts=texts)

    def _within_budget(self, earlier: Sequence[Message]) -> list[Message]:
        kept: list[Message] = []
        left = self._limits.history_tokens
        for message in reversed(_one_reply_each(earlier)):
            left -= estimated_tokens(message.text)
            if left < 0:
                break
            kept.append(message)
        return kept[::-1]


def _version(language: Language, topic: Topic | None, whispers: Sequence[Whisper]) -> str:
    """The names of the templates; that of the whispers last, because students are not told of it."""
    about = f"~{TOPIC}" if topic is not None else ""
    return f"{VERSION}.{language}{about}" + (f"{WHISPERED}{WHISPERS}" if whispers else "")


def _without(boundary: str, text: str) -> str:
    """A text without the slots' number; with nothing in its place, two halves around one would become one."""
    return text.replace(boundary, "#")


def _one_reply_each(messages: Sequence[Message]) -> list[Message]:
    """Leave out what the student never saw, and of several replies to one question all but the last and what it goes on
    from.
    """
    messages = [message for message in messages if message.text and not message.is_hidden]
    replies = {message.id: message.reply for message in messages if message.reply is not None}
    newest = {reply.question_id: reply_id for reply_id, reply in replies.items()}
    kept: set[str] = set()
    for reply_id in newest.values():
        link: str | None = reply_id
        while link in replies:
            kept.add(link)
            link = replies[link].continues
    return [message for message in messages if message.reply is None or message.id in kept]
