"""How the chat's nouns are shown: from models to the answers of `messages.py`.

Used by the service and by running replies.
"""

from tutor.chat.messages import (
    AuthorView,
    ConversationView,
    MessageView,
    ReplyView,
    UsageView,
)
from tutor.chat.models import Conversation, Message, Reply


def conversation_view(conversation: Conversation) -> ConversationView:
    """A conversation as it is shown."""
    return ConversationView(
        id=conversation.id,
        student_id=conversation.student_id,
        title=conversation.title,
        subject=conversation.subject,
        grade=conversation.grade,
        mode=conversation.mode,
        last_seq=conversation.last_seq,
        archived=conversation.archived_at is not None,
        deleted=conversation.deleted_at is not None,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
    )


def message_view(message: Message) -> MessageView:
    """A message as it is shown."""
    author = message.author
    return MessageView(
        id=message.id,
        seq=message.seq,
        conversation_id=message.conversation_id,
        client_id=message.client_id,
        author=AuthorView(kind=author.kind, id=author.id, name=author.name),
        text=message.text,
        state=message.state,
        created_at=message.created_at,
        reply=_reply_view(message.reply) if message.reply else None,
    )


def _reply_view(reply: Reply) -> ReplyView:
    return ReplyView(
        question_id=reply.question_id,
        attempt=reply.attempt,
        parts=reply.parts,
        provider=reply.provider,
        model=reply.model,
        prompt_version=reply.prompt_version,
        usage=UsageView(prompt_tokens=reply.usage.prompt_tokens, completion_tokens=reply.usage.completion_tokens),
        first_token_ms=reply.first_token_ms,
        finish_reason=reply.finish_reason,
        error=reply.error,
        rating=reply.rating,
        continues=reply.continues,
    )
