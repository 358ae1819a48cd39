"""What the model is told for one reply: the dialogue that goes before the question, made into a Prompt.

`service.py` asks for a new reply's, `rescue.py` for that of a reply which another node had begun.
"""

from collections.abc import Sequence
from datetime import datetime

from tutor.ai.model import Prompt
from tutor.chat.models import Conversation, Message, Whisper
from tutor.chat.prompts import Prompts
from tutor.chat.store import ChatStore
from tutor.chat.whisper_store import WhisperStore
from tutor.core.caller import Language

HISTORY = 60


class Briefing:
    """Makes prompts from stored conversations."""

    def __init__(self, store: ChatStore, prompts: Prompts, whispers: WhisperStore) -> None:
        self._store = store
        self._prompts = prompts
        self._whispers = whispers

    async def earlier(self, conversation_id: str) -> list[Message]:
        """The newest messages of a conversation, in order."""
        return await self._store.newest(conversation_id, HISTORY)

    def prompt(
        self,
        conversation: Conversation,
        earlier: Sequence[Message],
        question: Message,
        language: Language,
        *,
        so_far: str = "",
        whispers: Sequence[Whisper] = (),
    ) -> Prompt:
        """The prompt for a reply to `question`, after those of `earlier` that were said before it."""
        before = [message for message in earlier if message.id != question.id and message.seq <= question.seq]
        return self._prompts.build(conversation, [*before, question], language, so_far=so_far, whispers=whispers)

    async def again(self, conversation: Conversation, reply: Message) -> Prompt | None:
        """The prompt of a stored reply; None when it has no question."""
        if reply.reply is None:
            return None
        question = await self._store.message(conversation.id, reply.reply.question_id)
        if question is None:
            return None
        earlier = await self._store.messages(conversation.id, question.seq - HISTORY, question.seq)
        so_far = await self.text_up_to(conversation.id, reply.reply.continues)
        whispers = await self.whispers(conversation, reply)
        return self.prompt(conversation, earlier, question, reply.reply.language, so_far=so_far, whispers=whispers)

    async def whispers(self, conversation: Conversation, reply: Message | None = None) -> list[Whisper]:
        """The teachers' whispers for the next reply, or for one that is begun again and has used them up."""
        if not conversation.whispered:
            return []
        every = await self._whispers.every(conversation.id)
        return [one for one in every if one.is_active or (reply is not None and one.reply_id == reply.id)]

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
