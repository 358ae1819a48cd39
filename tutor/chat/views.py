"""How the chat's nouns are shown: from models to the answers of `messages.py`.

Used by the service and by running replies. Events to a conversation's room show what its student may see.
"""

from dataclasses import replace

from tutor.ai.model import Usage
from tutor.chat.messages import (
    AboutView,
    AuthorView,
    ConversationView,
    FloorView,
    MessageView,
    NoticeView,
    ReplyFinished,
    ReplyView,
    UsageView,
    WhisperView,
)
from tutor.chat.models import WHISPERED, About, Author, Conversation, Floor, Message, Notice, Reply, Whisper


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
        floor=floor_view(conversation.floor),
        level=conversation.ladder.level,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        about=_about_view(conversation.about) if conversation.about else None,
    )


def _about_view(about: About) -> AboutView:
    return AboutView(kind=about.kind, id=about.id, title=about.title)


def floor_view(floor: Floor) -> FloorView:
    """Who answers, as it is shown."""
    return FloorView(
        state=floor.state,
        teacher_id=floor.teacher_id,
        teacher_name=floor.teacher_name,
        since=floor.since,
        number=floor.number,
    )


def message_view(message: Message, *, staff: bool = False) -> MessageView:
    """A message as it is shown: to a student, or to `staff`, who see what is hidden."""
    shown = message if staff else _for_students(message)
    return MessageView(
        id=shown.id,
        seq=shown.seq,
        conversation_id=shown.conversation_id,
        client_id=shown.client_id,
        author=_author_view(shown.author),
        text=shown.text,
        state=shown.state,
        created_at=shown.created_at,
        reply=_reply_view(shown.reply) if shown.reply else None,
        notice=_notice_view(shown.notice) if shown.notice else None,
    )


def _for_students(message: Message) -> Message:
    """A hidden reply has nothing but its state, and is being checked for as long as it may still be let through. That a
    teacher has whispered is not told either.
    """
    facts = message.reply
    if facts is None:
        return message
    version = facts.prompt_version.partition(WHISPERED)[0] if facts.prompt_version is not None else None
    facts = replace(facts, prompt_version=version, ready_at=None, draft=None, why=None)
    if not facts.hidden:
        return replace(message, reply=facts)
    facts = replace(facts, parts=0, usage=Usage(), first_token_ms=None, finish_reason=None, error=None)
    return replace(message, text="", state=message.state if message.is_final else "checking", reply=facts)


def reply_finished(reply: Message) -> ReplyFinished:
    """That a reply has reached its final state, as the whole room is told."""
    view = message_view(reply)
    return ReplyFinished(
        conversation_id=view.conversation_id,
        reply_id=view.id,
        state=view.state,
        parts=view.reply.parts if view.reply else 0,
        length=len(view.text),
        message=view,
    )


def whisper_view(whisper: Whisper) -> WhisperView:
    """A whisper as teachers see it."""
    return WhisperView(
        id=whisper.id,
        client_id=whisper.client_id,
        teacher=_author_view(whisper.teacher),
        text=whisper.text,
        lasts=whisper.lasts,
        created_at=whisper.created_at,
        ended_at=whisper.ended_at,
    )


def _author_view(author: Author) -> AuthorView:
    return AuthorView(kind=author.kind, id=author.id, name=author.name)


def _notice_view(notice: Notice) -> NoticeView:
    return NoticeView(kind=notice.kind, by=_author_view(notice.by) if notice.by else None, facts=notice.facts)


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
        hidden=reply.hidden,
        level=reply.level if reply.problem_id is not None else 0,
        no_more=reply.no_more if reply.problem_id is not None else None,
        sent_by=_author_view(reply.sent_by) if reply.sent_by else None,
        decided_at=reply.decided_at,
        ready_at=reply.ready_at,
        draft=reply.draft,
        why=reply.why,
    )
