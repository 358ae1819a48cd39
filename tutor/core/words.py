"""Every sentence the product says, in every language it speaks: the words of the pages and the error catalogue.

`app.py` loads them once; the doors ask for error sentences, `core/pages.py` for the words of a template.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from tutor.core.caller import Language
from tutor.core.errors import Fact, TutorError

LANGUAGES: tuple[Language, ...] = get_args(Language)
QUALITY = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
LAST_RESORT = "error.internal"
_CODES = re.compile(r"[a-z]+(\.[a-z]+)?\.[a-z0-9_]+")


class WordsBroken(TutorError):
    """A catalogue is missing, is no gettext file, or lacks the sentence of last resort. Facts: `file`, `problem`.

    Raised while the server starts, when no catalogue can be trusted, so it carries its own English sentence.
    """

    code = "words_broken"

    def __str__(self) -> str:
        return f"The catalogue {self.facts['file']} cannot be used: {self.facts['problem']}."


@dataclass(frozen=True, slots=True)
class _Catalogue:
    translations: GNUTranslations
    sentences: Mapping[str, str]


class Words:
    """The catalogues `<language>.po` of one folder, compiled in memory (about 7 ms a file).

    Raises:
        WordsBroken: at once, so that a server never runs without its words.

    """

    languages = LANGUAGES

    def __init__(self, folder: Path) -> None:
        self._catalogues = {language: _load(folder / f"{language}.po", language) for language in LANGUAGES}

    def gettext(self, language: Language, message: str) -> str:
        """The translation of an English text of a page, or the text itself."""
        return self._catalogues[language].translations.gettext(message)

    def ngettext(self, language: Language, singular: str, plural: str, number: int) -> str:
        """The same for a text that depends on a number."""
        return self._catalogues[language].translations.ngettext(singular, plural, number)

    def sentence(self, code: str, facts: Mapping[str, Fact], language: Language) -> str:
        """What to tell a person about the error `code`. Never raises: what cannot be said well is said in general."""
        sentences = self._catalogues[language].sentences
        return _fill(sentences.get(f"error.{code}", ""), facts) or sentences[LAST_RESORT]

    def catalogue(self, kind: str, language: Language) -> dict[str, str]:
        """All sentences of one kind (`error`, `problem`, ...) by their code, placeholders unfilled, for the browser."""
        return {
            name.removeprefix(f"{kind}."): text
            for name, text in self._catalogues[language].sentences.items()
            if name.startswith(f"{kind}.")
        }


def negotiate(header: str, default: Language = "zh") -> Language:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4); the default when none fits."""
    best, best_quality = default, 0.0
    for part in header.split(","):
        tag, _, weight = (piece.strip().lower() for piece in part.partition(";"))
        matched = QUALITY.fullmatch(weight)
        quality = float(matched[1]) if matched else float(not weight)
        for language in LANGUAGES:
            if tag.split("-")[0] == language and quality > best_quality:
                best, best_quality = language, quality
    return best


def _load(file: Path, language: Language) -> _Catalogue:
    catalog = _read(file, language)
    sentences = {
        message.id: message.string
        for message in catalog
        if isinstance(message.id, str) and isinstance(message.string, str) and _CODES.fullmatch(message.id)
    }
    if not sentences.get(LAST_RESORT):
        raise WordsBroken(file=str(file), problem=f"it has no {LAST_RESORT}")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return _Catalogue(GNUTranslations(compiled), sentences)


def _read(file: Path, language: Language) -> Catalog:
    try:
        with file.open("rb") as lines:
            return read_po(lines, locale=language, abort_invalid=True)
    except FileNotFoundError as missing:
        raise WordsBroken(file=str(file), problem="there is no such file") from missing
    except (PoFileError, UnicodeDecodeError) as broken:
        raise WordsBroken(file=str(file), problem=f"it is no gettext file ({broken})") from broken


def _fill(template: str, facts: Mapping[str, Fact]) -> str:
    try:
        return template.format_map(facts)
    except (LookupError, ValueError, AttributeError):
        # A sentence that asks for a fact the error does not have: the caller falls back to a general one.
        return ""
