"""The pages of accounts: shells without personal data, filled by the browser's script."""

from aiohttp import web

from tutor.core.pages import render

pages = web.RouteTableDef()


@pages.get("/sign-in")
async def sign_in(request: web.Request) -> web.Response:
    """Sign in with a username or e-mail address."""
    return await render(request, "accounts/sign_in.html", None)


@pages.get("/sign-up")
async def sign_up(request: web.Request) -> web.Response:
    """Open an account."""
    return await render(request, "accounts/sign_up.html", None)


@pages.get("/account")
async def account(request: web.Request) -> web.Response:
    """The own profile, password and devices."""
    return await render(request, "accounts/account.html", None)


@pages.get("/school")
async def school(request: web.Request) -> web.Response:
    """A school's classes and people, for its admins."""
    return await render(request, "accounts/school.html", None)


@pages.get("/schools")
async def schools(request: web.Request) -> web.Response:
    """All schools, for operators."""
    return await render(request, "accounts/schools.html", None)
