"""The HTTP door: tables of typed routes, and the middlewares that every request passes.

Rooms declare routes in their `routes.py` with an Api table; `app.py` puts the middlewares in order.
"""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, Protocol, get_type_hints

import orjson
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler as AiohttpHandler
from pydantic import BaseModel, ValidationError

from tutor.core.address import client_address
from tutor.core.body import body_of
from tutor.core.caller import Caller, Language
from tutor.core.clock import new_id
from tutor.core.doors import (
    Access,
    Authenticate,
    Sentences,
    check_access,
    error_body,
    explain,
    invalid_input,
    model_hint,
)
from tutor.core.errors import Malformed, MethodNotAllowed, NotFound, TooLarge, TutorError, Unauthenticated
from tutor.core.limits import LIMITS
from tutor.core.messages import Answer, Command
from tutor.core.throttle import Limit, counted
from tutor.core.words import LANGUAGES, negotiate

log = structlog.get_logger(__name__)

AUTHENTICATE: web.AppKey[Authenticate] = web.AppKey("authenticate", Authenticate)
WORDS: web.AppKey[Sentences] = web.AppKey("words", Sentences)


class ErrorPage(Protocol):
    """Shows an error to a person: `core/pages.py`."""

    async def __call__(self, request: web.Request, error: TutorError) -> web.Response: ...


ERROR_PAGE: web.AppKey[ErrorPage] = web.AppKey("error_page", ErrorPage)
SECURE: web.AppKey[bool] = web.AppKey("secure", bool)
CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
LANGUAGE_COOKIE = "language"
LANGUAGE: web.RequestKey[str] = web.RequestKey("language", str)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types dompurify default 'allow-duplicates'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
RouteHandler = Callable[..., Awaitable[Answer | web.Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """A route as it was declared."""

    method: Method
    path: str
    access: Access
    status: int
    body: type[Command] | None
    query: type[Command] | None
    answer: type[Answer]
    handler: RouteHandler
    text: str
    limit: Limit | None
    media: str
    takes: str


class Api:
    """The HTTP routes of one room of the house: the socket table's sister.

    A handler is `(request, body: SomeCommand) -> SomeAnswer`, or with `query: SomeCommand`, or with neither. One that
    has to set a cookie returns a `web.Response` and names its model in `answers`.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.routes: list[Route] = []

    def on(
        self,
        method: Method,
        path: str,
        *,
        access: Access = "user",
        status: int = 200,
        answers: type[Answer] | None = None,
        limit: Limit | None = None,
        media: str = "application/json",
        takes: str = "application/json",
    ) -> Callable[[RouteHandler], RouteHandler]:
        """Declare a handler; its annotations are its protocol. One that gives a file names its `media` type, one that
        reads a body which is no JSON by itself names what it `takes`.
        """

        def declare(handler: RouteHandler) -> RouteHandler:
            hints = get_type_hints(handler)
            route = Route(
                method,
                self._prefix + path,
                access,
                status,
                model_hint(handler, "body", Command) if "body" in hints else None,
                model_hint(handler, "query", Command) if "query" in hints else None,
                answers or model_hint(handler, "return", Answer),
                handler,
                (handler.__doc__ or "").strip(),
                limit,
                media,
                takes,
            )
            self.routes.append(route)
            return handler

        return declare

    def add_to(self, app: web.Application) -> None:
        """Put the routes into the application."""
        for route in self.routes:
            app.router.add_route(route.method, route.path, self._door(route))

    def _door(self, route: Route) -> AiohttpHandler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if route.access == "anyone":
                await request.app[LIMITS].take("anonymous", "address", client_address(request))
            else:
                await _admit(request, route.access)
            given: dict[str, Command] = {}
            if route.body is not None:
                given["body"] = await read(request, route.body)
            if route.query is not None:
                given["query"] = _validated(route.query, dict(request.query))
            async with counted(request, route.limit, given.get("body")):
                result = await route.handler(request, **given)
            return result if isinstance(result, web.Response) else reply(result, route.status)

        return handle


async def _admit(request: web.Request, access: Access) -> None:
    caller = await _authenticate(request)
    request[LANGUAGE] = caller.language
    structlog.contextvars.bind_contextvars(user=caller.id)
    await request.app[LIMITS].take("api", "user", caller.id)
    check_access(access, caller)
    request[CALLER] = caller


def by_caller(request: web.Request, _body: Command | None) -> str:
    """Count a request for whoever is signed in."""
    return request[CALLER].id


async def read(request: web.Request, model: type[Command]) -> Command:
    """Read the request's JSON body into `model`.

    Raises:
        Malformed: it is no JSON object.
        TooSlow: it does not come.
        InvalidInput: it does not fit the model.

    """
    try:
        value = orjson.loads(await body_of(request) or b"{}")
    except orjson.JSONDecodeError as error:
        raise Malformed from error
    if not isinstance(value, dict):
        raise Malformed
    return _validated(model, value)


def _validated(model: type[Command], value: dict[str, object]) -> Command:
    try:
        return model.model_validate(value, strict=False)
    except ValidationError as error:
        raise invalid_input(error) from error


def reply_json(value: object) -> web.Response:
    """A JSON response from plain values that may be kept for a while."""
    return web.Response(body=orjson.dumps(value), content_type="application/json")


def reply(model: BaseModel, status: int = 200) -> web.Response:
    """A JSON response from an answer."""
    return web.Response(
        status=status,
        body=model.model_dump_json(by_alias=True).encode(),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def _authenticate(request: web.Request) -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return await request.app[AUTHENTICATE](token)


def language_of(request: web.Request) -> Language:
    """The reader's language: the caller's own, or asked for in the address (`?lang=`), chosen before (cookie), or liked
    by the browser.
    """
    for wish in (request.get(LANGUAGE), request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        for language in LANGUAGES:
            if wish == language:
                return language
    return negotiate(request.headers.get("Accept-Language", ""))


@web.middleware
async def trace(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    """Give the request its id, and log it with its time when it is done."""
    given = request.headers.get("X-Request-ID", "")
    request[REQUEST_ID] = given if GOOD_REQUEST_ID.fullmatch(given) else new_id()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request[REQUEST_ID])
    started = time.perf_counter()
    response = await handler(request)
    seconds = time.perf_counter() - started
    if not response.prepared:
        response.headers["X-Request-ID"] = request[REQUEST_ID]
        response.headers["X-Process-Time"] = f"{seconds:.4f}"
    if not request.path.startswith(("/static/", "/health/")):
        log.info(
            "request",
            method=request.method,
            path=route_of(request),
            status=response.status,
            ms=round(seconds * 1000, 1),
        )
    return response


def route_of(request: web.Request) -> str:
    """The route's pattern, which unlike the path names nobody."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


@web.middleware
async def protect(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    """Put the security headers on every response."""
    response = await handler(request)
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.app[SECURE]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


@web.middleware
async def errors(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    """The HTTP door's one broad except: every failure leaves as a named error in the reader's language."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        named = _of_http(error)
    except TutorError as error:
        named = error
    except Exception as error:
        named = explain(error)
        log.exception("request_failed", code=named.code)
    if named.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        log.info("request_refused", code=named.code)
    if _is_read_by_a_person(request):
        try:
            return await request.app[ERROR_PAGE](request, named)
        except TutorError as error:  # the page needs files that may be just what is missing
            log.warning("error_page_failed", code=error.code)
    return failure(request, named)


def _is_read_by_a_person(request: web.Request) -> bool:
    is_page = not request.path.startswith(("/api/", "/health/", "/static/", "/socket.io"))
    return is_page and request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def failure(request: web.Request, error: TutorError) -> web.Response:
    """The response that says what went wrong."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(wait := error.facts.get("retry_after_s"), int | float):
        headers["Retry-After"] = str(max(1, round(wait)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = error_body(error, request.app[WORDS], language_of(request))
    return web.Response(status=error.status, body=body, content_type="application/json", headers=headers)


def _of_http(error: web.HTTPException) -> TutorError:
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return TooLarge(limit_kb=1024)
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        return MethodNotAllowed()
    if error.status == HTTPStatus.NOT_FOUND:
        return NotFound(what="page")
    return Malformed()
