"""Texts that nobody should send: noise, mutilated answers, and what hangs or breaks careless checkers."""

from collections.abc import Iterator
from random import Random

from tests.grading.generator import examples
from tutor.ai.checking.items import Item

HOSTILE = (
    "9^9^9", "9**9**9**9", "10^(10^10)", "1e400000000", "2^64^64", "99999999999999999999^64",
    "(" * 300 + "1" + ")" * 300, r"\frac{1}{" * 60 + "1" + "}" * 60, r"\sqrt{" * 60 + "2" + "}" * 60, "√" * 200 + "2",
    "(x+y+z+w)^30", "(a+b+c+d+e)^64", "x^x^x^x^x", "e^e^e^e^e^9", "exp(exp(exp(exp(9))))",
    "sin(" * 50 + "x" + ")" * 50, "tan(90°)", "1/0", "0/0", "0^0", "ln 0", "ln(-1)", "√(-1)", "log_1 5", "log_0(0)",
    "-" * 399, "±" * 50, "1±2±3±4", "x=" * 100, "=" * 200, "|" * 99, "{" * 200, "{x|{x|{x|x>1}}}",
    "__import__('os').system('id')", "().__class__.__base__.__subclasses__()", "eval('1')", "lambda: 0",
    "\x00\x01\x02", "\u202e12", "１" * 399, "九" * 300, "一亿亿亿亿", "零点零零零零", "1,2,3,4,5,6,7,8,9,10,11,12,13",
    "1" * 21,
    "0." + "1" * 60, "\n" * 500, "答：" * 50, "x>1且x<2或" * 30, "(-∞,1)∪" * 40 + "(2,3)", "1:2:3:4:5:6:7:8:9:10",
    "3小时" * 60, "𝟙𝟚𝟛", "½" * 50, "²" * 50, "%" * 99, "5%%%%%%%%", "√(√(√(√(√(√2)))))", "(1+√2+√3+√5+√7)^16",
    "x^2+" * 60 + "1", "abs(" * 20 + "x" + ")" * 20, "∛" * 30 + "8", "sin^99(x)", "2^-64", "C" * 90,
    "(x+1)^16*(x+2)^16*(x+3)^16", "1/(1/(1/(1/(1/(1/x)))))", "x^64-1", "√(3+2√2)", "∫" * 20, "\\" * 200, "$" * 200,
    "<" * 100, "0<" * 50 + "x",
)  # fmt: skip
ALPHABET = (
    "0123456789+-*/÷×^()[]{}|=<>≤≥≠±√π°%.,:;，。、；：（）｛｝ xyzabceinktABCDR\n\\_$'\""
    "零一二三十百千万分之又点答解或且和对错米厘千克元角小时余无解比²³½∞∪∈∅"
)


def fuzzed(seed: int, count: int) -> Iterator[Item]:
    """So many items, of which nothing is known."""
    rnd = Random(seed)  # noqa: S311  # no secret
    keys = [example.item for example in examples(seed, 2)]
    for number in range(count):
        item = rnd.choice(keys)
        if number < 2 * len(HOSTILE):
            text = HOSTILE[number // 2]
            yield Item(item.expected, text) if number % 2 else Item(text, text.replace("1", "2") + " ", item.question)
            continue
        match rnd.randrange(4):
            case 0:
                yield Item(item.expected, noise(rnd), item.question, item.kind)
            case 1:
                yield Item(mutilated(rnd, item.expected), mutilated(rnd, item.answer), item.question)
            case 2:
                yield Item(item.expected, mutilated(rnd, rnd.choice(keys).answer), item.question, item.kind)
            case _:
                yield Item(noise(rnd), noise(rnd))


def noise(rnd: Random) -> str:
    return "".join(rnd.choices(ALPHABET, k=rnd.choice([1, 3, 8, 20, 60, 200])))


def mutilated(rnd: Random, text: str) -> str:
    """With a few signs lost, doubled, swapped or put in."""
    signs = list(text)
    for _ in range(rnd.randint(1, 4)):
        place = rnd.randrange(len(signs) + 1)
        match rnd.randrange(4):
            case 0:
                del signs[place : place + 1]
            case 1:
                signs[place:place] = signs[place : place + 1] * rnd.choice([1, 1, 30])
            case 2:
                signs.insert(place, rnd.choice(ALPHABET))
            case _:
                rnd.shuffle(signs)
    return "".join(signs)
