"""How a number is written: as a decimal, a fraction, with roots; and whether a question wants it so. For `shape`."""

import re
from collections.abc import Callable, Iterator

from tutor.ai.checking.forms import Amount, Form
from tutor.ai.embedded.tree import (
    Call,
    Constant,
    Exact,
    Mixed,
    Negative,
    Number,
    Operation,
    Percent,
    Tree,
    bare,
    evaluate,
    walk,
)


def _is_percent(tree: Tree) -> bool:
    return isinstance(bare(tree), Percent)


def _is_decimal(tree: Tree) -> bool:
    return isinstance(bare(tree), Number)


def _is_fraction(tree: Tree) -> bool:
    found = bare(tree)
    return isinstance(found, Mixed | Number) or (isinstance(found, Operation) and found.sign == "/")


def _is_mixed(tree: Tree) -> bool:
    return isinstance(bare(tree), Mixed)


def _is_improper(tree: Tree) -> bool:
    return _is_fraction(tree) and not _is_mixed(tree)


def _is_scientific(tree: Tree) -> bool:
    match bare(tree):
        case Operation("*", left, Operation("^", Number("10"), _)):
            value = abs(evaluate(left, {}))
            return 1 <= value < 10  # noqa: PLR2004  # one digit before the point
        case Negative(inner):
            return _is_scientific(inner)
        case _:
            return False


_WRITTEN: tuple[tuple[str, Callable[[Tree], bool]], ...] = (
    (r"[化写改]成百分数|as a percentage|as a percent\b", _is_percent),
    (r"[化写改]成(?:有限)?小数|as a decimal", _is_decimal),
    (r"[化写改]成带分数|as a mixed number", _is_mixed),
    (r"[化写改]成假分数|as an improper fraction", _is_improper),
    (r"[化写改]成(?:最简)?分数|as a fraction", _is_fraction),
    (r"科学记数法|科学计数法|standard form|scientific notation", _is_scientific),
)


def is_written_otherwise(question: str, key: Form, said: Form) -> bool:
    """Whether the question names a way to write a number, the key is written so and the answer is not."""
    if not (isinstance(key, Amount) and isinstance(said, Amount)):
        return False
    wanted = [is_so for words, is_so in _WRITTEN if re.search(words, question, re.IGNORECASE)]
    return any(is_so(key.tree) and not is_so(said.tree) for is_so in wanted)


def is_number(tree: Tree) -> bool:
    """A number as a final answer is written: whole, decimal, fraction, mixed, percent, power of ten, with a sign."""
    match bare(tree):
        case Number() | Mixed() | Exact() | Constant():
            return True
        case Negative(inner) | Percent(inner):
            return is_number(inner)
        case Operation("/", left, right):
            return is_number(left) and is_number(right)
        case Operation("*", left, Operation("^", right, _)):
            return is_number(left) and bare(right) == Number("10")
        case _:
            return False


def is_surd(tree: Tree) -> bool:
    """A number with roots, π, e or functions as a final answer is written: 2√3, (1+√5)/2, 3π."""
    irrational = any(
        isinstance(node, Constant) or (isinstance(node, Call) and node.function in {"sqrt", "ln", "lg"})
        for node in walk(tree)
    )
    return irrational and all(_is_part(term) for term in _summands(tree))


def _summands(tree: Tree) -> Iterator[Tree]:
    match bare(tree):
        case Operation("+" | "-", left, right):
            yield from _summands(left)
            yield from _summands(right)
        case Operation("/", left, right) if is_number(right):
            yield from _summands(left)
        case Negative(inner):
            yield from _summands(inner)
        case found:
            yield found


def _is_part(tree: Tree) -> bool:
    match bare(tree):
        case Operation("*" | "·" | "/", left, right):
            return _is_part(left) and _is_part(right)
        case Operation("^", left, right):
            return _is_part(left) and is_number(right)
        case Call(_, argument):
            return is_number(argument)
        case found:
            return is_number(found)
