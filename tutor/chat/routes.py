"""The chat over HTTP: lists, search and history."""

from aiohttp import web

from tutor.chat.context import CHAT, READING
from tutor.chat.messages import (
    Conversations,
    Hits,
    ListConversations,
    ListMessages,
    Messages,
    OneConversation,
    SearchConversations,
    UpdateConversation,
)
from tutor.core.http import CALLER, Api, by_caller
from tutor.core.throttle import Limit

api = Api("/api/v1")


@api.on("GET", "/conversations", access="student")
async def conversations(request: web.Request, query: ListConversations) -> Conversations:
    """A page of the own conversations, last used first."""
    return await request.app[READING].conversations(request[CALLER], request[CALLER].id, query)


@api.on("GET", "/students/{id}/conversations")
async def conversations_of(request: web.Request, query: ListConversations) -> Conversations:
    """A page of a student's conversations, last used first, for those who may see them."""
    return await request.app[READING].conversations(request[CALLER], request.match_info["id"], query)


@api.on("GET", "/conversations/search", access="student", limit=Limit("search", {"user": by_caller}))
async def search(request: web.Request, query: SearchConversations) -> Hits:
    """Look for words in titles and own messages."""
    return await request.app[READING].search(request[CALLER], query)


@api.on("GET", "/conversations/{id}")
async def conversation(request: web.Request) -> OneConversation:
    """One conversation."""
    return await request.app[READING].conversation(request[CALLER], request.match_info["id"])


@api.on("PATCH", "/conversations/{id}", access="student")
async def update(request: web.Request, body: UpdateConversation) -> OneConversation:
    """Rename or archive a conversation."""
    return await request.app[CHAT].update(request[CALLER], request.match_info["id"], body)


@api.on("DELETE", "/conversations/{id}", access="student")
async def delete(request: web.Request) -> OneConversation:
    """Put a conversation away; it can be restored."""
    return await request.app[CHAT].delete(request[CALLER], request.match_info["id"])


@api.on("POST", "/conversations/{id}/restore", access="student")
async def restore(request: web.Request) -> OneConversation:
    """Bring a deleted conversation back."""
    return await request.app[CHAT].restore(request[CALLER], request.match_info["id"])


@api.on("GET", "/conversations/{id}/messages")
async def messages(request: web.Request, query: ListMessages) -> Messages:
    """A page of a conversation's messages."""
    return await request.app[READING].messages(request[CALLER], request.match_info["id"], query)
