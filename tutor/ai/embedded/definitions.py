"""School terms with a short definition and a method, from `definitions.toml`; looked up by name in either language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from tutor.core.caller import Language


@dataclass(frozen=True, slots=True)
class Entry:
    """One term in one language."""

    name: str
    also: tuple[str, ...]
    text: str
    method: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)


class Glossary:
    """All terms. Read once by the worker."""

    def __init__(self) -> None:
        source = files("tutor.ai.embedded").joinpath("definitions.toml").read_text("utf-8")
        self._terms = {key: _entries(term) for key, term in tomllib.loads(source).items()}
        self._keys = {
            name.casefold(): key for key, term in self._terms.items() for entry in term.values() for name in entry.names
        }

    @property
    def terms(self) -> Mapping[str, Mapping[Language, Entry]]:
        return self._terms

    def find(self, name: str) -> str | None:
        """The key of the term that is called exactly so, capitals and an English plural aside."""
        name = name.casefold()
        return self._keys.get(name) or self._keys.get(name.removesuffix("s"))

    def mentioned(self, text: str) -> str | None:
        """The key of the longest term that occurs in a text (English ones as whole words)."""
        text = text.casefold()
        spaced = f" {' '.join(''.join(sign if sign.isalnum() else ' ' for sign in text).split())} "
        found = [
            name for name in self._keys if len(name) > 1 and (f" {name} " in spaced if name.isascii() else name in text)
        ]
        return self._keys[max(found, key=len)] if found else None

    def explain(self, key: str, language: Language) -> str:
        """The entry as Markdown."""
        entry = self._terms[key][language]
        label = "方法" if language == "zh" else "Method"
        return f"**{entry.name}**\n\n{entry.text}\n\n**{label}** {entry.method}"


def _entries(term: Mapping[str, Mapping[str, str]]) -> Mapping[Language, Entry]:
    languages: tuple[Language, ...] = ("zh", "en")
    return {
        language: Entry(
            name=term[language]["name"],
            also=tuple(filter(None, term[language].get("also", "").split("|"))),
            text=term[language]["text"],
            method=term[language]["method"],
        )
        for language in languages
    }
