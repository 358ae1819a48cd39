"""What the model is told for one reply: the dialogue that goes before the question, made into a Prompt.

`service.py` asks for a new reply's, `rescue.py` for that of a reply which another node had begun.
"""

from collections.abc import Sequence

from tutor.ai.model import Prompt
from tutor.chat.models import Conversation, Message
from tutor.chat.prompts import Prompts
from tutor.chat.store import ChatStore
from tutor.core.caller import Language

HISTORY = 60


class Briefing:
    """Makes prompts from stored conversations."""

    def __init__(self, store: ChatStore, prompts: Prompts) -> None:
        self._store = store
        self._prompts = prompts

    async def earlier(self, conversation: Conversation) -> list[Message]:
        """The newest messages of a conversation, in order."""
        return await self._store.messages(conversation.id, conversation.last_seq - HISTORY)

    def prompt(
        self,
        conversation: Conversation,
        earlier: Sequence[Message],
        question: Message,
        language: Language,
        *,
        so_far: str = "",
    ) -> Prompt:
        """The prompt for a reply to `question`, after those of `earlier` that were said before it."""
        before = [message for message in earlier if message.id != question.id and message.seq <= question.seq]
        return self._prompts.build(conversation, [*before, question], language, so_far=so_far)

    async def again(self, conversation: Conversation, reply: Message) -> Prompt | None:
        """The prompt of a stored reply; None when it has no question."""
        if reply.reply is None:
            return None
        question = await self._store.message(conversation.id, reply.reply.question_id)
        if question is None:
            return None
        earlier = await self._store.messages(conversation.id, question.seq - HISTORY, question.seq)
        so_far = await self.text_up_to(conversation.id, reply.reply.continues)
        return self.prompt(conversation, earlier, question, reply.reply.language, so_far=so_far)

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
