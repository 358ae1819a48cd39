"""Reads a formula into a `Tree` by recursive descent: no eval, no SymPy, with limits. Called by `reader` and `judge`.

What could mean two things (1/2(x+1), x2, 2 3) is refused, not guessed.
"""

import re
from dataclasses import dataclass
from typing import Literal

from tutor.ai.embedded.errors import CannotSolve
from tutor.ai.embedded.text import MAX_LENGTH
from tutor.ai.embedded.tree import (
    Call,
    Constant,
    Group,
    Mixed,
    Name,
    Negative,
    Number,
    Operation,
    Percent,
    Relation,
    Statement,
    Tree,
)

FUNCTIONS = ("sqrt", "sin", "cos", "tan", "exp", "abs", "ln", "lg")

_MAX_TOKENS = 160
_MAX_DEPTH = 24
_MAX_NUMBER = 20
_TOKEN = re.compile(r"(\s*)(?:(\d+\.\d+|\.\d+|\d+)|([A-Za-z]+)|(<=|>=|[-+*/÷^()\[\]{}=<>%]))")
_WORDS = re.compile("|".join((*FUNCTIONS, "pi", "[A-Za-z]")))
_BRACKETS = str.maketrans("[]{}", "()()")
_RELATIONS: dict[str, Relation] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

Kind = Literal["number", "letter", "constant", "function", "sign", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    gap: bool = False


_END = Token("end", "")


def parse(text: str) -> Tree | Statement:
    """An expression, or a statement with one relation.

    Raises:
        CannotSolve: not a formula, ambiguous, or beyond the limits.

    """
    parser = _Parser(tokens(text))
    left = parser.sum()
    relation = _RELATIONS.get(parser.next.text)
    if relation is None:
        parser.finish()
        return left
    parser.take()
    right = parser.sum()
    parser.finish()
    return Statement(left, relation, right)


def parse_expression(text: str) -> Tree:
    """As `parse`, but refuses a relation."""
    found = parse(text)
    if isinstance(found, Statement):
        raise CannotSolve("unknown")
    return found


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, words split into functions and single letters."""
    if len(text) > MAX_LENGTH:
        raise CannotSolve("too_long")
    found: list[Token] = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise CannotSolve("unknown")
        place = match.end()
        found += _tokens_of(match)
    if len(found) > _MAX_TOKENS:
        raise CannotSolve("too_long")
    return found


def _tokens_of(match: re.Match[str]) -> list[Token]:
    gap, number, word, sign = bool(match[1]), match[2], match[3], match[4]
    if number:
        if len(number) > _MAX_NUMBER:
            raise CannotSolve("beyond")
        return [Token("number", number, gap)]
    if sign:
        return [Token("sign", sign.translate(_BRACKETS), gap)]
    return [_token_of(part) for part in _WORDS.findall(word)]


def _token_of(part: str) -> Token:
    if part in FUNCTIONS:
        return Token("function", part)
    return Token("constant" if part in {"pi", "e"} else "letter", part)


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._place = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._ahead(0)

    def _ahead(self, distance: int) -> Token:
        place = self._place + distance
        return self._tokens[place] if place < len(self._tokens) else _END

    def take(self) -> Token:
        token = self.next
        self._place += 1
        return token

    def finish(self) -> None:
        if self.next.kind != "end":
            raise CannotSolve("unknown")

    def _sees(self, *signs: str) -> bool:
        return self.next.kind == "sign" and self.next.text in signs

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise CannotSolve("beyond")

    def sum(self) -> Tree:
        self._enter()
        negative = self._sees("-")
        if self._sees("+", "-"):
            self.take()
        tree: Tree = Negative(self._product()) if negative else self._product()
        while self._sees("+", "-"):
            sign: Literal["+", "-"] = "+" if self.take().text == "+" else "-"
            tree = Operation(sign, tree, self._product())
        self._depth -= 1
        return tree

    def _product(self) -> Tree:
        tree = self._signed()
        while True:
            if self._sees("*"):
                self.take()
                tree = Operation("*", tree, self._signed())
            elif self._sees("/", "÷"):
                sign: Literal["/", "÷"] = "/" if self.take().text == "/" else "÷"
                tree = Operation(sign, tree, self._signed())
            elif self._starts_factor():
                self._allow_implicit(tree)
                tree = Operation("·", tree, self._power())
            else:
                return tree

    def _starts_factor(self) -> bool:
        return self.next.kind in {"number", "letter", "constant", "function"} or self._sees("(")

    def _allow_implicit(self, left: Tree) -> None:
        """2x, xy, 2(x+1) and 1/2 x are products; 1/2(x+1), x/2y, x2, f(x) and 2 3 could mean something else."""
        if self.next.kind == "number":
            raise CannotSolve("ambiguous")
        if isinstance(left, Name) and left.letter in "fgh" and self._sees("("):
            raise CannotSolve("unknown")
        if isinstance(left, Operation) and left.sign in "/÷":
            simple = isinstance(left.left, Number) and isinstance(left.right, Number) and left.sign == "/"
            if not simple or self.next.kind != "letter":
                raise CannotSolve("ambiguous")

    def _signed(self) -> Tree:
        negative = False
        while self._sees("+", "-"):
            negative ^= self.take().text == "-"
        tree = self._power()
        return Negative(tree) if negative else tree

    def _power(self) -> Tree:
        base = self._atom()
        while self._sees("%"):
            self.take()
            base = Percent(base)
        if not self._sees("^"):
            return base
        self.take()
        self._enter()
        exponent = self._signed()
        self._depth -= 1
        return Operation("^", base, exponent)

    def _atom(self) -> Tree:
        token = self.take()
        match token.kind:
            case "number":
                return self._number(token)
            case "letter":
                return Name(token.text)
            case "constant":
                return Constant("pi" if token.text == "pi" else "e")
            case "function":
                return self._call(token.text)
            case "sign" if token.text == "(":
                return self._group()
            case _:
                raise CannotSolve("unknown")

    def _group(self) -> Group:
        inner = self.sum()
        if not self._sees(")"):
            raise CannotSolve("unknown")
        self.take()
        return Group(inner)

    def _number(self, token: Token) -> Tree:
        """A number, or a mixed number: two whole numbers with a gap and a stroke, as in 1 3/4."""
        top, stroke, bottom = self.next, self._ahead(1), self._ahead(2)
        if not (top.kind == "number" and top.gap):
            return Number(token.text)
        parts = (token.text, top.text, bottom.text)
        if stroke.text != "/" or bottom.kind != "number" or not all(part.isdigit() for part in parts):
            raise CannotSolve("ambiguous")
        whole, upper, lower = (int(part) for part in parts)
        if not 0 < upper < lower:
            raise CannotSolve("ambiguous")
        self._place += 3
        return Mixed(whole, upper, lower)

    def _call(self, function: str) -> Tree:
        exponent: Tree | None = None
        if self._sees("^"):
            self.take()
            exponent = self._atom()
        self._enter()
        call = Call(function, self._argument())
        self._depth -= 1
        return call if exponent is None else Operation("^", call, exponent)

    def _argument(self) -> Tree:
        """What a function without brackets takes: sin x, sin 2x, sqrt 3."""
        if self._sees("("):
            self.take()
            return self._group()
        tree = self._power()
        while isinstance(tree, Number | Operation) and self.next.kind in {"letter", "constant"}:
            tree = Operation("·", tree, self._power())
        return tree
