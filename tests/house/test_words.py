import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import tutor
from tutor.ai.checking.items import Reason
from tutor.core.errors import TutorError
from tutor.core.words import LANGUAGES
from tutor.homework.models import Flag

LOCALES = Path("web/locales")
METHODS = [("tutor/**.py", "python"), ("web/templates/**.html", "jinja2")]
SCRIPTS = Path("web/client/src")
WORD = re.compile(r"(?<![\w/])words\.(?!ts\b)(\w+)")
CODED = re.compile(r"(error|problem|homework\.(reason|flag))\.[a-z0-9_]+")
PLACE = re.compile(r"\{(\w+)\}")
CLIENT_CODES = {"access_lost", "timeout", "offline", "unknown"}  # made by the browser, never by the server
TRANSPORT_CODES = {"origin_refused"}  # refused before there is a door


def all_errors() -> Iterator[type[TutorError]]:
    for module in pkgutil.walk_packages(tutor.__path__, "tutor."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting = [TutorError]
    while waiting:
        error = waiting.pop()
        yield error
        waiting += [child for child in error.__subclasses__() if child.__module__.startswith("tutor.")]


def catalog(language: str) -> Catalog:
    with (LOCALES / f"{language}.po").open("rb") as lines:
        return read_po(lines, locale=language)


def texts(catalog: Catalog) -> dict[str, str]:
    """Every text and its translation; of a text that counts something, each form."""
    pairs: dict[str, str] = {}
    for message in catalog:
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        pairs |= {identity: strings[-1] or "" for identity in ids if identity}
    return pairs


def extracted() -> set[str]:
    found: set[str] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(".", METHODS, options_map={}):
        found.update(message if isinstance(message, tuple) else (message,))
    return {text for text in found if text}


def script_words() -> set[str]:
    """The names of the words that the templates hand to the scripts."""
    text = Path("web/templates/words.html").read_text(encoding="utf-8")
    return set(re.findall(r"^  (\w+)=_\(", text, re.MULTILINE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_sentence(language: str) -> None:
    codes = {error.code for error in all_errors()} | CLIENT_CODES | TRANSPORT_CODES
    assert {code for code in codes if not texts(catalog(language)).get(f"error.{code}")} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_flag_of_homework_has_a_sentence_and_there_are_no_others(language: str) -> None:
    codes = {f"homework.reason.{code}" for code in get_args(Reason) if code}
    codes |= {f"homework.flag.{flag}" for flag in get_args(Flag)}
    said = texts(catalog(language))
    assert {name for name, text in said.items() if name.startswith("homework.") and text} == codes


def test_every_text_of_a_page_is_translated() -> None:
    chinese = texts(catalog("zh"))
    assert {text for text in extracted() if not chinese.get(text)} == set()


def test_no_translation_is_left_over() -> None:
    assert {text for text in texts(catalog("zh")) if not CODED.fullmatch(text)} - extracted() == set()


def test_no_translation_is_a_guess() -> None:
    assert [message.id for language in LANGUAGES for message in catalog(language) if message.id and message.fuzzy] == []


def test_a_translation_has_the_places_of_its_text() -> None:
    chinese = {text: translation for text, translation in texts(catalog("zh")).items() if " " in text or "{" in text}
    assert [text for text, other in chinese.items() if set(PLACE.findall(text)) != set(PLACE.findall(other))] == []


def test_both_catalogues_hold_the_same_sentences_with_the_same_places() -> None:
    places = [
        {code: set(PLACE.findall(text)) for code, text in texts(catalog(language)).items() if CODED.fullmatch(code)}
        for language in LANGUAGES
    ]
    assert places[0] == places[1]


def test_the_scripts_use_the_words_they_are_given_and_no_others() -> None:
    scripts = [file.read_text(encoding="utf-8") for file in SCRIPTS.glob("*.ts")]
    used = {
        word for script in scripts if '"./words.ts"' in script or '"./ui.ts"' in script for word in WORD.findall(script)
    }
    declared = set(re.findall(r'^  \| "(\w+)"', (SCRIPTS / "words.ts").read_text(encoding="utf-8"), re.MULTILINE))
    assert used == declared == script_words()
