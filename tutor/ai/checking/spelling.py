"""Answers in the plain spelling that the parser reads. Called by `reading` and `working`, on top of the tutor's own.

The tutor's `normalise` has most of it; here is what only answers have: money, degrees, absolute values, logarithms,
powers of ten, sets and more of LaTeX.
"""

import re

from tutor.ai.checking.numerals import in_digits
from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.instructions import CHINESE_SIGNS
from tutor.ai.embedded.parser import FUNCTIONS, parse
from tutor.ai.embedded.text import has_han, normalise
from tutor.ai.embedded.tree import Statement, Tree
from tutor.ai.embedded.words import spoken

DEGREE = "°"

_EARLY = str.maketrans({
    "º": DEGREE, "˚": DEGREE, "∣": "|", "≈": "~", "≒": "~", "≠": "!=", "∞": " oo ", "∪": " U ", "⋃": " U ", "∈": " in ",
    "✓": "√", "¥": "￥", "﹣": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "∛": " cbrt ", "△": "", "▲": "",
    "，": ", ", "；": ";", "﹢": "+", "＄": "$", "\u200b": "", "\ufeff": "", "\u00a0": " ",
})  # fmt: skip
_LATEX = (
    (r"\\(?:boxed|text|mathrm|mathbf|mbox|rm|textbf|operatorname)\s*\{([^{}]*)\}", r" \1 "),
    (r"\\(?:begin|end)\s*\{(?:cases|aligned|array)\}(?:\{[lcr]*\})?", " "),
    (r"\\\\|\\newline", "; "),
    (r"\^\s*\{?\s*\\circ\s*\}?|\\degree", DEGREE),
    (r"\\infty", " oo "), (r"\\cup", " U "), (r"\\(?:emptyset|varnothing)", "∅"), (r"\\in(?![a-z])", " in "),
    (r"\\mathbb\s*\{?R\}?", "R"), (r"\\(?:neq|ne)(?![a-z])", "!="), (r"\\approx", "~"), (r"\\angle", "∠"),
    (r"\\sqrt\s*\[3\]\s*\{([^{}]*)\}", r" cbrt(\1)"), (r"\\l?vert", "|"), (r"\\[{]", "{"), (r"\\[}]", "}"),
    (r"([\^_])\s*\{([^{}\\]*)\}", r"\1(\2)"),
    (r"\\(?:therefore)", "∴"), (r"\\[$]", "$"), (r"\\log(?![a-z])", "log"), (r"\\bigcirc", ""), (r"\\ ", " "),
)  # fmt: skip
_MIXED = r"(?<![\d.])(\d+)\s*又\s*(?:\(?(\d+)\s*/\s*(\d+)\)?|(\d+)分之(\d+))"
_MONEY = re.compile(r"\$\s*(\d[\d,]*(?:\.\d+)?)(?![\d\s]*\$)")
_YUAN = re.compile(r"￥\s*(\d[\d,]*(?:\.\d+)?)")
_POWER_OF_TEN = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)[eE]([+-]?\d{1,2})(?![\w.])")
_NUMBER = r"(\d+(?:\.\d+)?)"
_SIMPLE = r"(\([^()]*\)|\d+(?:\.\d+)?|[a-z])"
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_LOG = re.compile(rf"log\s*(?:_\s*(\d+|\(\d+\))|(\d+)(?=\s|\())\s*{_SIMPLE}")
_KNOWN = re.compile("|".join((*FUNCTIONS, "pi")))
_WORDS = re.compile(r"[A-Za-z]{4,}")
_ROOT_OF = re.compile(r"sqrt\s*\d+(?:\.\d+)?\s*(?:[a-zA-Z](?<!s)|pi|\()")
_DOUBLE_SIGN = re.compile(r"^\s*[-+]\s*[-+]|[=<>(,]\s*[-+]\s*[-+]")


def plain(text: str) -> str:
    """An answer in half-width signs, LaTeX and money taken apart; words and units still stand."""
    text = text.translate(_EARLY)
    if "\\" in text:
        for pattern, plainer in _LATEX:
            text = re.sub(pattern, plainer, text)
    if text.count("$") == 1:
        text = _MONEY.sub(r"\1 dollars", text)
    text = _YUAN.sub(r"\1元", text)
    text = re.sub(r"(?<=\d)\s*(?:percent|per cent|pct)\b", "%", text, flags=re.IGNORECASE)
    text = re.sub(_MIXED, _mixed, text)
    text = re.sub(r"log\s*([₀-₉]+)", lambda m: f"log_({m[1].translate(_SUBSCRIPTS)})", text)
    text = normalise(text).replace("°C", " degC").replace("°F", " degF")
    return re.sub(r" +", " ", text).strip()


def formula(text: str) -> Tree | Statement:
    """The formula in a plain text.

    Raises:
        CannotSolve: there are words in it, or it is none.

    """
    text = as_formula(text)
    if _ROOT_OF.search(text):  # √2x may be √2·x
        raise CannotSolve("ambiguous")
    if has_han(text) or _WORDS.search(_KNOWN.sub(" ", text)) or _DOUBLE_SIGN.search(text):
        raise CannotSolve("unknown")
    return parse(text)


def as_formula(text: str) -> str:
    """A plain text with all that is written in words or by rarer signs in signs that the parser knows."""
    if has_han(text):
        text = spoken(text)
        for word, sign in sorted(CHINESE_SIGNS.items(), key=lambda item: -len(item[0])):
            text = text.replace(word, sign)
        text = in_digits(text.replace("派", " pi "))
    text = _POWER_OF_TEN.sub(r"(\1*10^(\2))", text)
    text = re.sub(rf"{_NUMBER}\s*{DEGREE}", r"(\1*pi/180)", text)
    text = re.sub(r"\|([^|]+)\|", r"abs(\1)", text)
    text = re.sub(r"cbrt\s*\(?\s*(-?)\s*(\d+)\s*\)?", r"(\g<1>\2^(1/3))", text)
    text = re.sub(r"cbrt\s*\(?\s*([a-z])\s*\)?", r"(\1^(1/3))", text)
    return _LOG.sub(_logarithm, text)


def _mixed(match: re.Match[str]) -> str:
    whole, top, bottom, under, over = match.groups()
    return f"{whole} {top or over}/{bottom or under}"


def _logarithm(match: re.Match[str]) -> str:
    base = (match[1] or match[2]).strip("()")
    return f"(ln({match[3]})/ln({base}))"
