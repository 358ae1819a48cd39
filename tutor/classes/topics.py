"""What a student may talk with the tutor about, beside what they type: here rooms meet that do not know each other.

The chat asks; whatever has something to talk about names its kind once, when the application starts:
`app[TOPICS].let("homework", source)`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to talk about, as its student may see it: no key, and a solution only when it was shown to them.

    `text` tells the tutor all of it, as data. `question` is the bare problem, whose answer a reply below the full
    solution keeps to itself. `hint_cap` is the highest level of help with it (1 to 5, None: as the class has).
    """

    kind: str
    id: str
    title: str
    text: str
    question: str
    hint_cap: int | None
    subject: str
    grade: int


Source = Callable[[str, str], Awaitable[Topic | None]]


class Topics:
    """The sources of topics, by kind."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}

    def let(self, kind: str, source: Source) -> None:
        """Ask `source(student_id, id)` for the topics of this kind from now on."""
        self._sources[kind] = source

    async def of(self, student_id: str, kind: str, topic_id: str) -> Topic | None:
        """A topic of a student's; None when there is none, or it is not theirs."""
        source = self._sources.get(kind)
        return None if source is None else await source(student_id, topic_id)
