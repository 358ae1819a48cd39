"""Brings every way to write a formula into one plain spelling, so that texts can be compared while they are written.

The chat's guard looks for secrets in it, and the built-in tutor asks whether a hint says too much. Pure. What may still
grow at the end of an unfinished text (a word, a command, a numeral) is left out, so that a text comes to the same
spelling however it is cut into pieces.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from tutor.ai.embedded.text import NUMERALS, chinese_number

ANSWER = "§"  # stands for "the answer", "we get", \boxed and the like

_PHRASES: Mapping[str, str] = {
    "大于或等于": "≥", "大于等于": "≥", "不小于": "≥", "小于或等于": "≤", "小于等于": "≤", "不大于": "≤",
    "大于": ">", "小于": "<", "等于": "=", "就是": "=", "是": "=", "为": "=",
    "因为": "因为", "认为": "认为", "成为": "成为", "称为": "称为", "作为": "作为",
    "答案": ANSWER, "答": ANSWER, "结果": ANSWER, "解得": ANSWER, "求得": ANSWER, "得到": ANSWER, "得出": ANSWER,
    "得": ANSWER, "解集": ANSWER, "解": ANSWER, "求出": ANSWER, "算出": ANSWER, "根": ANSWER, "取": "=", "分别": "",
    "最终": "", "最后": "", "应该": "", "应当": "", "的": "", "值": "", "应": "", "就": "",
}  # fmt: skip
_COMMANDS: Mapping[str, str] = {
    "sqrt": "√", "div": "/", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "lt": "<",
    "gt": ">", "pm": "±", "pi": "π", "infty": "∞", "ln": "ln", "log": "log", "lg": "lg", "sin": "sin", "cos": "cos",
    "tan": "tan", "exp": "exp", "int": "∫", "approx": "=", "to": "=", "rightarrow": "=", "longrightarrow": "=",
    "Rightarrow": "=", "implies": "=", "boxed": ANSWER, "quad": ",", "qquad": ",", "\\": ";", "%": "%",
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "is": "=", "are": "=", "be": "=", "equals": "=", "equal": "", "to": "", "the": "", "value": "", "final": "",
    "answer": ANSWER, "answers": ANSWER, "result": ANSWER, "solution": ANSWER, "solutions": ANSWER, "get": ANSWER,
    "gets": ANSWER, "gives": ANSWER, "give": ANSWER, "obtain": ANSWER, "yields": ANSWER, "root": ANSWER,
    "roots": ANSWER, "makes": "=", "can": "", "must": "", "will": "", "should": "", "set": "", "respectively": "",
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "sqrt": "√", "pi": "π", "infinity": "∞",
    "sin": "sin", "cos": "cos", "tan": "tan", "exp": "exp", "ln": "ln", "lg": "lg", "log": "log",
}  # fmt: skip
_SHORT_WORDS = frozenset({
    "am", "an", "as", "at", "by", "do", "go", "he", "hi", "if", "in", "it", "me", "my", "no", "of", "ok",
    "on", "or", "so", "up", "us", "we", "cm", "mm", "dm", "km", "kg", "mg", "ml",
})  # fmt: skip
_SIGNS: Mapping[str, str] = {
    "−": "-", "–": ";", "—": ";", "。": ";", "、": ";", "!": ";", "?": ";", "÷": "/", "⁄": "/", "∕": "/", "∶": ":",
    "⩾": "≥", "≧": "≥", "⩽": "≤", "≦": "≤", "≈": "=", "∈": "=", "→": "=", "⟶": "=", "⇒": "=", "⟹": "=", "⇌": "=",
    **dict.fromkeys("①②③④⑤⑥⑦⑧⑨⑩", ";"),
    **dict.fromkeys("$(){}[]`&*·×⋅•_~#|\"'“”‘’", ""),
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

_RELATION = "(?:等于|就是|是|为|得到|得|=)"
_HAN = "一-鿿〇"
_TOKEN = re.compile(
    rf"""
    (?P<line>\n\s*(?:[(（]?\d{{1,2}}[.、)）](?!\d)\s*|[-*+•]\s+)?)
    |(?P<item>[，。；;]\s?[(（]\d{{1,2}}[)）])
    |(?P<spoken>{_RELATION}[ \t:：]*负?[{NUMERALS}]+(?![{_HAN}]))
    |(?P<phrase>{"|".join(sorted(_PHRASES, key=len, reverse=True))})
    |(?P<command>\\(?:[A-Za-z]+|.))
    |(?P<word>[A-Za-z]{{2,}})
    |(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)
    |(?P<over>\}}\s*\{{)
    |(?P<arrow>-+>|=+>?)
    |(?P<order>[<>]=)
    |(?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PREFIXES = sorted({phrase[:size] for phrase in _PHRASES for size in range(1, len(phrase))}, key=len, reverse=True)
_GROWING = re.compile(
    rf"""(?:
    \n\s*(?:[(（]?\d{{0,2}}[.、)）]?|[-*+•])\s*
    |[，。；;]\s?(?:[(（]\d{{0,2}})?
    |{_RELATION}[ \t:：]*负?[{NUMERALS}]*
    |{"|".join(_PREFIXES)}
    |\\[A-Za-z]*
    |[A-Za-z]+
    |[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+
    |\}}\s*
    |[-=]+
    |[<>]
    )\Z""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in its plain spelling. Character `i` was made from the raw text between `starts[i]` and `ends[i]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def cut(self, place: int) -> tuple[int, int]:
        """Where the raw text can be cut so that what was made before `place` goes: both places, plain and raw.

        A cut never goes through what was made of one token, and leaves spaces and signs that made nothing behind it.
        """
        while 0 < place < len(self.text) and self.starts[place] == self.starts[place - 1]:
            place -= 1
        return place, self.ends[place - 1] if place else 0


class Normalise(Protocol):
    """A way to spell plainly."""

    def __call__(self, raw: str, *, final: bool) -> Plain:
        """The plain text; unless it is `final`, without what may still grow."""
        ...


def formulas(raw: str, *, final: bool) -> Plain:
    """Formulas in any notation: full-width forms, LaTeX, superscripts, words for signs, some Chinese numerals."""
    growing = None if final else _GROWING.search(raw)
    return _spelt(raw, len(raw) if growing is None else growing.start(), _TOKEN, _spell)


def letters(raw: str, *, final: bool) -> Plain:  # noqa: ARG001  # no letter grows
    """Words: letters and digits alone, small ones."""
    return _spelt(raw, len(raw), _ANY, _spell_letter)


def plain(text: str) -> str:
    """A whole text with its formulas spelt plainly."""
    return formulas(f"\n{text}", final=True).text.removeprefix(";")


_ANY = re.compile(".", re.DOTALL)


def _spelt(raw: str, end: int, token: re.Pattern[str], spell: Callable[[re.Match[str]], str]) -> Plain:
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in token.finditer(raw):
        if match.end() > end:
            break
        made = spell(match)
        text.append(made)
        starts += [match.start()] * len(made)
        ends += [match.end()] * len(made)
    return Plain("".join(text), tuple(starts), tuple(ends))


def _spell_letter(match: re.Match[str]) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", match[0]).casefold() if sign.isalnum())


def _spell(match: re.Match[str]) -> str:  # noqa: PLR0911  # one case a kind
    said = match[0]
    match match.lastgroup:
        case "sign":
            return _spell_sign(said)
        case "phrase":
            return _PHRASES[said]
        case "word":
            return _spell_word(said)
        case "command":
            return _COMMANDS.get(said[1:], "")
        case "line" | "item":
            return ";"
        case "spoken":
            return _spell_spoken(said)
        case "power":
            return f"^{said.translate(_SUPERSCRIPTS)}"
        case "over":
            return "/"
        case "order":
            return "≤" if said == "<=" else "≥"
        case _:
            return "="


def _spell_sign(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    return "".join(
        "" if each.isspace() or unicodedata.category(each) == "Cf" else _SIGNS.get(each, each)
        for each in unicodedata.normalize("NFKC", sign).casefold()
    )


def _spell_word(word: str) -> str:
    """A known word's sign; letters that may be a product stay; any other word keeps its neighbours apart."""
    small = word.casefold()
    if small in _WORDS:
        return _WORDS[small]
    return small if len(small) == 2 and small not in _SHORT_WORDS else f"~{small}~"  # noqa: PLR2004  # such as xy


def _spell_spoken(said: str) -> str:
    """A relation and a numeral: 等于十五."""
    numeral = said.lstrip("".join(set(said) - set(NUMERALS)))
    minus = "-" if "负" in said else ""
    return f"{ANSWER if said.startswith('得') else '='}{minus}{chinese_number(numeral)}"
