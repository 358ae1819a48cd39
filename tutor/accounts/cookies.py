"""The refresh token of a browser page: kept in a cookie that no script reads and no foreign page can use.

A page says who it is with a header that forms and foreign scripts cannot send; its Origin must be one of ours.
"""

from aiohttp import web

from tutor.accounts.context import ACCOUNTS_SETTINGS
from tutor.accounts.messages import Refresh, SignedIn, UserView
from tutor.accounts.models import AccountsSettings, Admission
from tutor.core.errors import NotAllowed
from tutor.core.http import reply

CLIENT_HEADER = "X-Tutor-Client"
PLAIN_NAME = "tutor_refresh"
SECURE_NAME = f"__Host-{PLAIN_NAME}"
DAY_S = 86_400


def is_page(request: web.Request) -> bool:
    """Whether one of our pages asks.

    Raises:
        NotAllowed: it says so, but comes from a foreign origin.

    """
    if request.headers.get(CLIENT_HEADER) != "web":
        return False
    origins = request.headers.getall("Origin", [])
    if not all(_is_ours(origin, request) for origin in origins):
        raise NotAllowed
    return True


def _is_ours(origin: str, request: web.Request) -> bool:
    settings = request.app[ACCOUNTS_SETTINGS]
    given = origin.lower()
    if given in {known.rstrip("/").lower() for known in (settings.address, *settings.origins)}:
        return True
    return not settings.secure_cookies and given == f"http://{request.host}".lower()


def refresh_token_of(request: web.Request, body: Refresh) -> str | None:
    """The refresh token in the body, or else in the cookie.

    Raises:
        NotAllowed: only the cookie carries one, and none of our pages asks.

    """
    if body.refresh_token is not None:
        return body.refresh_token
    token = request.cookies.get(_name(request.app[ACCOUNTS_SETTINGS]))
    if token is not None and not is_page(request):
        raise NotAllowed
    return token


def admitted(request: web.Request, admission: Admission, *, page: bool, status: int = 200) -> web.Response:
    """The answer to a sign-in: a page gets its refresh token as a cookie, any other client in the body."""
    response = reply(
        SignedIn(
            user=UserView.of(admission.user),
            access_token=admission.access_token,
            refresh_token=None if page else admission.refresh_token,
            expires_in=admission.expires_in,
        ),
        status,
    )
    if page:
        settings = request.app[ACCOUNTS_SETTINGS]
        response.set_cookie(
            _name(settings),
            admission.refresh_token,
            max_age=int(settings.refresh_days * DAY_S),
            path="/",
            secure=settings.secure_cookies,
            httponly=True,
            samesite="Strict",
        )
    return response


def forget_cookie(request: web.Request, response: web.Response) -> web.Response:
    """Tell a page's browser to drop the cookie."""
    if is_page(request):
        settings = request.app[ACCOUNTS_SETTINGS]
        response.del_cookie(_name(settings), path="/", secure=settings.secure_cookies, httponly=True, samesite="Strict")
    return response


def _name(settings: AccountsSettings) -> str:
    return SECURE_NAME if settings.secure_cookies else PLAIN_NAME
