"""What the model is told for one reply: the dialogue that goes before the question, made into a Prompt.

`beginnings.py` asks for a new reply's, `rescue.py` for that of a reply which another node had begun, and
`suggestions.py` for a teacher.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from tutor.ai.embedded import AnswerKeys
from tutor.ai.embedded.request import FULL
from tutor.ai.model import Prompt
from tutor.chat.models import Conversation, Message, Reply, Whisper
from tutor.chat.prompts import Aid, Prompts
from tutor.chat.store import ChatStore
from tutor.chat.topics import RoomTopics
from tutor.chat.whisper_store import WhisperStore
from tutor.classes.topics import Topic

HISTORY = 60
SOLUTION_S = 0.5


class Briefing:
    """Makes prompts from stored conversations. `keys` give the full solution of a problem, where there are any."""

    def __init__(
        self, store: ChatStore, prompts: Prompts, whispers: WhisperStore, keys: AnswerKeys | None, topics: RoomTopics
    ) -> None:
        self._store = store
        self._prompts = prompts
        self._whispers = whispers
        self._keys = keys
        self._topics = topics

    async def earlier(self, conversation_id: str) -> list[Message]:
        """The newest messages of a conversation, in order."""
        return await self._store.newest(conversation_id, HISTORY)

    async def problem(
        self, conversation_id: str, problem_id: str | None, dialogue: Sequence[Message]
    ) -> Message | None:
        """The message that stated a problem, from the dialogue if it is there."""
        if problem_id is None:
            return None
        found = next((message for message in dialogue if message.id == problem_id), None)
        return found or await self._store.message(conversation_id, problem_id)

    async def prompt(
        self,
        conversation: Conversation,
        earlier: Sequence[Message],
        question: Message,
        reply: Reply,
        *,
        so_far: str = "",
        whispers: Sequence[Whisper] = (),
    ) -> Prompt:
        """The prompt for a reply to `question`, after those of `earlier` that were said before it; all for a hint."""
        topic = await self._topics.of(conversation)
        aid = await self._aid(conversation.id, [*earlier, question], reply, topic)
        before = [message for message in earlier if message.id != question.id and message.seq <= question.seq]
        dialogue = earlier if reply.hint else [*before, question]
        return self._prompts.build(
            conversation, dialogue, reply.language, aid, so_far=so_far, whispers=whispers, topic=topic
        )

    async def _aid(self, conversation_id: str, dialogue: Sequence[Message], reply: Reply, topic: Topic | None) -> Aid:
        problem = await self.problem(conversation_id, reply.problem_id, dialogue)
        stated = [*([problem.text] if problem is not None else []), *([topic.question] if topic is not None else [])]
        solution = ""
        if reply.level == FULL and self._keys is not None:
            with suppress(TimeoutError):  # a reply without it is better than a late one
                async with asyncio.timeout(SOLUTION_S):
                    for text in stated:
                        key = None if solution else await self._keys.of(text, reply.language)
                        solution = key.solution if key is not None else solution
        return Aid(reply.level, problem, solution, reply.hint, capped=reply.no_more is not None)

    async def again(self, conversation: Conversation, reply: Message) -> Prompt | None:
        """The prompt of a stored reply; None when it has no question."""
        if reply.reply is None:
            return None
        question = await self._store.message(conversation.id, reply.reply.question_id)
        if question is None:
            return None
        below = reply.seq if reply.reply.hint else question.seq
        earlier = await self._store.messages(conversation.id, below - HISTORY, below)
        so_far = await self.text_up_to(conversation.id, reply.reply.continues)
        whispers = await self.whispers(conversation, reply.reply)
        return await self.prompt(conversation, earlier, question, reply.reply, so_far=so_far, whispers=whispers)

    async def whispers(self, conversation: Conversation, reply: Reply | None = None) -> list[Whisper]:
        """The teachers' whispers in force, and those that `reply` was written with: it is asked for once more, and to
        stop a reply gets nobody around a whisper that it has used up.
        """
        if not conversation.whispered:
            return []
        again = reply.whispers if reply is not None else ()
        every = await self._whispers.every(conversation.id)
        return [one for one in every if one.is_active or (one.id in again and one.reply_id is not None)]

    async def use(self, whispers: Sequence[Whisper], reply: Message, now: datetime) -> list[Whisper]:
        """Note that a reply is written with these whispers, and give those that are used up by it."""
        once = [whisper for whisper in whispers if whisper.lasts == "reply"]
        return [whisper for whisper in once if await self._whispers.end(whisper.id, now, reply_id=reply.id)]

    async def text_up_to(self, conversation_id: str, reply_id: str | None) -> str:
        """The text of a reply and of all that it goes on from."""
        texts: list[str] = []
        while reply_id is not None:
            reply = await self._store.message(conversation_id, reply_id)
            if reply is None or reply.reply is None:
                break
            texts.append(reply.text)
            reply_id = reply.reply.continues
        return "".join(reversed(texts))
