"""What a conversation is about, where it was begun about something: asked anew for each reply, because what a student
may see of it changes. Called by `service.py`, `permits.py` and `briefing.py`.
"""

from tutor.chat.models import About, Conversation
from tutor.classes.models import Rule
from tutor.classes.service import Classes
from tutor.classes.topics import Topic, Topics
from tutor.core.errors import NotFound


class RoomTopics:
    """The topics of conversations, and how much help is allowed with them."""

    def __init__(self, topics: Topics, classes: Classes) -> None:
        self._topics = topics
        self._classes = classes

    async def of(self, conversation: Conversation) -> Topic | None:
        """The topic of a conversation; None when it has none, or its student has it no more."""
        about = conversation.about
        return None if about is None else await self._topics.of(conversation.student_id, about.kind, about.id)

    async def wanted(self, student_id: str, kind: str, topic_id: str) -> tuple[Topic, About]:
        """A topic that a student wants to talk about, and what is kept of it with the conversation.

        Raises:
            NotFound: there is none, or it is not theirs.

        """
        found = await self._topics.of(student_id, kind, topic_id)
        if found is None:
            raise NotFound(what="topic")
        return found, About(kind, topic_id, found.title, found.question, found.hint_cap)

    async def rule_for(self, student_id: str, subject: str, about: About | None) -> Rule:
        """What a student's classes allow in a new conversation."""
        rule = await self._classes.rule_for(student_id, subject)
        return rule.within(about.hint_cap if about is not None else None)

    async def within(self, conversation: Conversation, rule: Rule) -> Rule:
        """The rule of the classes with the topic's cap; its last one that is known when the topic is gone."""
        if conversation.about is None:
            return rule
        topic = await self.of(conversation)
        return rule.within(topic.hint_cap if topic is not None else conversation.about.hint_cap)
