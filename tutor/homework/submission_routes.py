"""Handing in over HTTP: tasks, drafts, submissions. For students alone."""

from aiohttp import web

from tutor.core.http import CALLER, Api, by_caller
from tutor.core.throttle import Limit
from tutor.homework.context import DESK, DRAFTING, HANDING_IN
from tutor.homework.submission_messages import (
    HandIn,
    ListSubmissions,
    OneDraft,
    OneSubmission,
    OneTask,
    SaveDraft,
    Submissions,
    Tasks,
)

api = Api("/api/v1")


@api.on("GET", "/homework", access="student")
async def tasks(request: web.Request) -> Tasks:
    """All assignments that the caller has, those to do first."""
    return await request.app[DESK].tasks(request[CALLER])


@api.on("GET", "/homework/{assignment_id}", access="student")
async def task(request: web.Request) -> OneTask:
    """An assignment with the caller's draft and submissions."""
    return await request.app[DESK].task(request[CALLER], request.match_info["assignment_id"])


@api.on("GET", "/drafts/{about}", access="student")
async def draft(request: web.Request) -> OneDraft:
    """The draft for an assignment, or with `own` of work that nobody asked for."""
    return await request.app[DRAFTING].get(request[CALLER], request.match_info["about"])


@api.on("PUT", "/drafts/{about}", access="student")
async def save_draft(request: web.Request, body: SaveDraft) -> OneDraft:
    """Keep a draft in place of the one before."""
    return await request.app[DRAFTING].save(request[CALLER], request.match_info["about"], body)


@api.on("POST", "/submissions", access="student", status=202, limit=Limit("hand_in", {"user": by_caller}))
async def hand_in(request: web.Request, body: HandIn) -> OneSubmission:
    """Hand work in; it is graded from now on. The same `client_id` again gives the same submission."""
    return await request.app[DESK].one(await request.app[HANDING_IN].hand_in(request[CALLER], body))


@api.on("GET", "/submissions", access="student")
async def submissions(request: web.Request, query: ListSubmissions) -> Submissions:
    """A page of the own submissions, newest first."""
    return await request.app[DESK].page(request[CALLER], query)


@api.on("GET", "/submissions/{submission_id}", access="student")
async def submission(request: web.Request) -> OneSubmission:
    """One of the own submissions."""
    return await request.app[DESK].get(request[CALLER], request.match_info["submission_id"])


@api.on("POST", "/submissions/{submission_id}/withdraw", access="student")
async def withdraw(request: web.Request) -> OneSubmission:
    """Take work back that is neither due, closed nor given back."""
    taken_back = await request.app[HANDING_IN].withdraw(request[CALLER], request.match_info["submission_id"])
    return await request.app[DESK].one(taken_back)
