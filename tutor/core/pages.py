"""Server-made pages: Jinja2 with the reader's language, the built browser files, and how long they may be kept.

`app.py` calls `setup_pages` once; the rooms' route handlers call `render`.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from tutor.core.caller import Language
from tutor.core.errors import TutorError
from tutor.core.http import ERROR_PAGE, LANGUAGE_COOKIE, WORDS, language_of
from tutor.core.words import LANGUAGES, Words

COOKIE_AGE_S = 365 * 24 * 3600
HASHED = "/static/dist/assets/"

_spoken: ContextVar[Language] = ContextVar("spoken", default="zh")


class AssetsNotBuilt(TutorError):
    """The browser files were not built, or lack an entry. Facts: `folder`, `entry`."""

    code = "assets_not_built"


class Chunk(BaseModel):
    """One file of Vite's manifest, as far as a page needs to know it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file: str
    css: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


_MANIFEST = TypeAdapter(dict[str, Chunk])


@dataclass(frozen=True)
class Assets:
    """The addresses of the built browser files, from Vite's manifest in `dist`, which is read when first needed."""

    dist: Path
    base: str = "/static/dist/"

    @cached_property
    def manifest(self) -> Mapping[str, Chunk]:
        try:
            return _MANIFEST.validate_json((self.dist / "manifest.json").read_bytes())
        except (FileNotFoundError, ValidationError) as problem:
            raise AssetsNotBuilt(folder=str(self.dist), entry="manifest.json") from problem

    def tags(self, entry: str) -> Markup:
        """The style sheets, the preloads of imported modules, and the module script of one entry.

        Raises:
            AssetsNotBuilt: run `npm ci && npm run build` in web/client, or install the package again.

        """
        needed = self._needed(entry, {})
        styles = dict.fromkeys(sheet for chunk in needed.values() for sheet in chunk.css)
        lines = [Markup('<link rel="stylesheet" href="{}{}">').format(self.base, sheet) for sheet in styles]
        lines += [
            Markup('<link rel="modulepreload" href="{}{}">').format(self.base, chunk.file)
            for name, chunk in needed.items()
            if name != entry
        ]
        lines.append(Markup('<script type="module" src="{}{}"></script>').format(self.base, needed[entry].file))
        return Markup("\n").join(lines)

    def _needed(self, name: str, found: dict[str, Chunk]) -> dict[str, Chunk]:
        """The entry and everything it imports, imports first, so that shared styles come before own ones."""
        if name in found:
            return found
        if name not in self.manifest:
            raise AssetsNotBuilt(folder=str(self.dist), entry=name)
        for other in self.manifest[name].imports:
            self._needed(other, found)
        found[name] = self.manifest[name]
        return found


def setup_pages(app: web.Application, words: Words, templates: Path, static: Path) -> None:
    """Teach the application to render the templates and to serve the static files (built ones in `static/dist`)."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(templates),
        enable_async=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined] # added by the i18n extension
        lambda message: words.gettext(_spoken.get(), message),
        lambda one, many, number: words.ngettext(_spoken.get(), one, many, number),
        newstyle=True,
    )
    environment.globals |= {
        "assets": Assets(static / "dist"),
        "catalogue": lambda kind: words.catalogue(kind, _spoken.get()),
        "languages": LANGUAGES,
    }
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    app.router.add_static("/static", static)
    app.on_response_prepare.append(_keep_hashed_files)
    app[ERROR_PAGE] = _error_page


async def render(request: web.Request, template: str, page: object, status: int = 200) -> web.Response:
    """A page in the reader's language; the template sees `page` and `language`. A choice by `?lang=` is remembered."""
    language = language_of(request)
    before = _spoken.set(language)
    try:
        response = await aiohttp_jinja2.render_template_async(
            template, request, {"page": page, "language": language, "here": request.rel_url}, status=status
        )
    finally:
        _spoken.reset(before)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language, Cookie"
    if request.query.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=COOKIE_AGE_S, samesite="Lax", httponly=True)
    return response


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What the page of an error says."""

    sentence: str


async def _error_page(request: web.Request, error: TutorError) -> web.Response:
    """The page for a person who followed a wrong address, or met a fault of ours."""
    sentence = request.app[WORDS].sentence(error.code, error.facts, language_of(request))
    return await render(request, "error.html", ErrorPage(sentence), status=error.status)


async def _keep_hashed_files(request: web.Request, response: web.StreamResponse) -> None:
    """Files whose name carries a hash of their content never change, so browsers need not ask again."""
    if request.path.startswith(HASHED) and response.status < web.HTTPBadRequest.status_code:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
