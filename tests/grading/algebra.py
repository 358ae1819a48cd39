"""Polynomials kept as coefficients here, so that truth needs no algebra system; radicals, trigonometry, calculus."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, isqrt
from random import Random

from tests.grading.example import Example, Task, latex, plain, wide

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def product(one: Sequence[int], two: Sequence[int]) -> list[int]:
    """The coefficients of a product, lowest power first."""
    found = [0] * (len(one) + len(two) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            found[i + j] += a * b
    return found


def written(
    coefficients: Sequence[int], letter: str = "x", style: str = "^", order: Sequence[int] | None = None
) -> str:
    """A polynomial as typed: styles ^, raised, latex or star."""
    text = ""
    for power in order if order is not None else range(len(coefficients) - 1, -1, -1):
        number = coefficients[power]
        if number == 0:
            continue
        size = "" if abs(number) == 1 and power else str(abs(number))
        joint = "*" if style == "star" and size and power else ""
        exponent = {
            "^": f"^{power}",
            "star": f"^{power}",
            "raised": str(power).translate(RAISED),
            "latex": f"^{{{power}}}",
        }[style]
        name = "" if power == 0 else letter if power == 1 else letter + exponent
        sign = "-" if number < 0 else "+" if text else ""
        text += f"{sign}{size}{joint}{name}"
    return text or "0"


def some(rnd: Random, smallest: int = -9, largest: int = 9) -> int:
    return rnd.choice([number for number in range(smallest, largest + 1) if number])


def expanding(rnd: Random) -> Iterator[Example]:
    one, two = [some(rnd), rnd.choice([1, 1, 2, 3])], [some(rnd), rnd.choice([1, 1, 1, 2])]
    result = product(one, two)
    given = f"({written(one)})({written(two)})"
    task = Task("expanding", rnd.choice([f"展开 {given}", f"Expand {given}"]), written(result))
    task.right(written(result), "same")
    task.right(written(result, style="raised"), "raised")
    task.right(written(result, style="latex"), "latex")
    task.right(written(result, style="star"), "stars")
    task.right(written(result, order=[0, 2, 1]), "other order")
    task.right(wide(written(result, style="raised")), "full width")
    task.right(f"{given}={written(result)}", "whole line")
    task.right(f"原式={written(result)}", "zh prefix")
    task.wrong(given, "not expanded")
    for place, name in ((0, "constant"), (1, "middle"), (2, "leading")):
        other = list(result)
        other[place] += 1
        task.wrong(written(other), f"{name} term")
    task.wrong(written([-result[0], *result[1:]]), "sign")
    if result[1]:
        task.wrong(written([result[0], 0, result[2]]), "middle lost")
    yield from task


def factoring(rnd: Random) -> Iterator[Example]:
    one, two = rnd.sample([number for number in range(-9, 10) if number], 2)
    result = product([one, 1], [two, 1])
    times = rnd.choice([1, 1, 2, 3])
    result = [times * number for number in result]
    front = str(times) if times > 1 else ""
    first, second = f"(x{one:+d})", f"(x{two:+d})"
    task = Task(
        "factoring",
        rnd.choice([f"因式分解 {written(result)}", f"Factorise {written(result)}"]),
        f"{front}{first}{second}",
    )
    task.right(f"{front}{second}{first}", "other order")
    task.right(f"{front}{first}*{second}", "star")
    task.right(wide(f"{front}{first}{second}"), "full width")
    task.right(f"{written(result)}={front}{first}{second}", "whole line")
    task.wrong(written(result), "not factored")
    task.wrong(f"{front}(x{-one:+d})(x{-two:+d})" if one + two else f"{front}(x{one:+d})^2", "signs")
    task.wrong(f"{front}{first}(x{two + 10:+d})", "one factor")
    task.wrong(
        f"x(x{one + two:+d}){one * two:+d}" if times == 1 and one + two else written([1, *result[1:]]), "half factored"
    )
    if times > 1:
        task.wrong(f"{first}{second}", "common factor lost")
        task.wrong(f"({times}x{times * one:+d}){second}", "common factor left")
    yield from task


def like_terms(rnd: Random) -> Iterator[Example]:
    a, b, c, d = (some(rnd, 1, 9) for _ in range(4))
    if a == c:
        return
    question = f"{a}a+{b}b-{c}a+{d}b"
    key = f"{written([0, a - c], 'a')}+{b + d}b"
    task = Task("like terms", rnd.choice([f"化简 {question}", f"Simplify {question}"]), key)
    task.right(f"{b + d}b{'+' if a > c else ''}{written([0, a - c], 'a')}", "other order")
    task.right(key, "same")
    task.right(f"原式={key}", "zh prefix")
    task.wrong(question, "not simplified")
    task.wrong(f"{written([0, a - c], 'a')}+{b + d + 1}b", "coefficient")
    task.wrong(f"{written([0, a - c], 'a')}-{b + d}b", "sign")
    task.wrong(f"{abs(a - c) + b + d}ab", "unlike terms added")
    yield from task


def radicals(rnd: Random) -> Iterator[Example]:
    inside, front = rnd.choice([2, 3, 5, 6, 7, 10]), rnd.randint(2, 9)
    square = front * front * inside
    simplify = rnd.random() < 0.5
    question = rnd.choice(
        [f"化简√{square}", f"Simplify √{square}"] if simplify else ["求斜边长", "Find the hypotenuse"]
    )
    task = Task("radicals", question, f"{front}√{inside}")
    task.right(f"{front}√{inside}", "same")
    task.right(rf"{front}\sqrt{{{inside}}}", "latex")
    task.right(f"{front}*sqrt({inside})", "sqrt")
    task.right(f"{front}根号{inside}", "zh")
    task.right(f"{front}√({inside})", "brackets")
    (task.wrong if simplify else task.right)(f"√{square}", "inside the root")
    task.wrong(f"√{front * inside}", "not squared")
    task.wrong(f"{inside}√{front}" if not is_square(front) and inside * inside * front != square else "1", "swapped")
    task.wrong(f"{front + 1}√{inside}", "front")
    task.wrong(f"-{front}√{inside}", "sign")
    task.wrong(f"{front * inside**0.5:.2f}", "rounded")
    yield from task
    below = Task("radicals", rnd.choice(["分母有理化", "Rationalise the denominator"]), f"√{inside}/{inside}")
    below.right(rf"\frac{{\sqrt{{{inside}}}}}{{{inside}}}", "latex")
    below.right(f"(1/{inside})√{inside}", "factor")
    below.wrong(f"√{inside}", "denominator lost")
    below.wrong(f"{inside}√{inside}", "turned over")
    yield from below


def is_square(value: int) -> bool:
    return isqrt(value) ** 2 == value


def circles(rnd: Random) -> Iterator[Example]:
    radius = rnd.randint(2, 15)
    area = radius * radius
    task = Task("with pi", rnd.choice(["求圆的面积", "Find the area of the circle"]), f"{area}π cm²")
    task.right(f"{area}πcm²", "no gap")
    task.right(f"{area}π平方厘米", "zh")
    task.right(f"{area}pi cm^2", "typed")
    task.right(rf"{area}\pi\ \text{{cm}}^2", "latex")
    task.wrong(f"{2 * radius}π cm²" if radius != 2 else "5π cm²", "circumference")
    task.wrong(f"{area}π cm", "unit")
    task.wrong(f"{area} cm²", "pi lost")
    task.wrong(f"{area}π", "unit lost")
    task.wrong(f"{area * 3.14:.2f} cm²", "rounded")
    yield from task


ANGLES = {30: ("1/2", "√3/2"), 45: ("√2/2", "√2/2"), 60: ("√3/2", "1/2")}


def trigonometry(rnd: Random) -> Iterator[Example]:
    angle, place = rnd.choice([30, 60]), rnd.randint(0, 1)
    name = ("sin", "cos")[place]
    key, other = ANGLES[angle][place], ANGLES[angle][1 - place]
    task = Task("trigonometry", rnd.choice([f"求 {name}{angle}° 的值", f"Find {name} {angle}°"]), key)
    task.right(key, "same")
    task.right(f"{name}{angle}°={key}", "whole line")
    task.right("0.5" if key == "1/2" else r"\frac{\sqrt{3}}{2}", "another form")
    task.wrong(other, "the other function")
    task.wrong(f"-{key}", "sign")
    task.wrong("√2/2", "another angle")
    task.wrong("0.87" if key != "1/2" else "0.49", "rounded")
    yield from task
    one = rnd.randint(2, 9)
    same = Task("trigonometry", rnd.choice(["化简", "Simplify"]), f"{one}sin 2x", demand="any")
    same.right(f"{2 * one}sin x cos x", "double angle")
    same.right(f"{one}sin(2x)", "brackets")
    same.right(rf"{one}\sin 2x", "latex")
    same.wrong(f"{one}sin x cos x", "factor lost")
    same.wrong(f"{2 * one}sin x", "other argument")
    same.wrong(f"{one}cos 2x", "other function")
    yield from same


def derivatives(rnd: Random) -> Iterator[Example]:
    coefficients = [some(rnd) for _ in range(4)]
    result = [power * number for power, number in enumerate(coefficients)][1:]
    task = Task(
        "derivatives",
        rnd.choice([f"求导 y={written(coefficients)}", f"Differentiate {written(coefficients)}"]),
        written(result),
    )
    task.right(written(result), "same")
    task.right(f"y'={written(result)}", "y'")
    task.right(f"f'(x)={written(result, style='raised')}", "f'(x)")
    task.right(written(result, order=[0, 1, 2]), "other order")
    task.wrong(written(coefficients[1:]), "factors lost") if coefficients[1:] != result else None
    task.wrong(written([*result[:-1], result[-1] + 1]), "coefficient")
    task.wrong(written([-result[0], *result[1:]]), "sign")
    task.wrong(written([result[0] + coefficients[0], *result[1:]]), "constant kept")
    yield from task


def integrals(rnd: Random) -> Iterator[Example]:
    a, b = some(rnd), some(rnd)
    given = written([b, 2 * a])
    key = f"{written([0, b, a])}+C"
    task = Task("integrals", rnd.choice([f"求不定积分 ∫({given})dx", f"Integrate {given}"]), key)
    task.right(key, "same")
    task.right(f"{written([0, b, a], style='raised')} + c", "small c")
    task.right(f"C{written([0, b, a]) if a < 0 else '+' + written([0, b, a])}", "C first")
    task.wrong(written([0, b, a]), "C lost")
    task.wrong(f"{written([0, b, 2 * a])}+C", "not halved")
    task.wrong(f"{written([0, -b, a])}+C", "sign")
    task.wrong(f"{2 * a}+C", "derived instead")
    yield from task


def fractions_of_letters(rnd: Random) -> Iterator[Example]:
    a, b = rnd.sample(range(1, 10), 2)
    task = Task("fractions of letters", rnd.choice(["计算", "Work it out"]), f"{a}/(x+{b})")
    task.right(rf"\frac{{{a}}}{{x+{b}}}", "latex")
    task.right(f"{a}/({b}+x)", "other order")
    task.right(f"{2 * a}/(2x+{2 * b})", "not reduced")
    task.right(f"-{a}/(-x-{b})", "signs turned")
    task.wrong(f"{a}/x+{b}", "brackets lost")
    task.wrong(f"{a}/(x-{b})", "sign")
    task.wrong(f"(x+{b})/{a}", "turned over")
    task.wrong(f"{a + 1}/(x+{b})", "numerator")
    yield from task


def logarithms(rnd: Random) -> Iterator[Example]:
    base, power = rnd.choice([2, 3, 5]), rnd.randint(2, 4)
    task = Task("logarithms and powers", "", str(power))
    task.right(f"log_{base}({base**power})", "logarithm")
    task.right(rf"\log_{{{base}}} {base**power}", "latex")
    task.wrong(f"log_{base}({base ** (power + 1)})", "another")
    yield from task
    other = Task("logarithms and powers", rnd.choice(["计算", "Evaluate"]), f"{base}^{power}·a^{power}")
    other.right(f"{base**power}a^{power}", "worked out")
    other.right(f"({base}a)^{power}", "bracket")
    other.wrong(f"{base}a^{power}", "factor not raised")
    if base * power != base**power:
        other.wrong(f"{base * power}a^{power}", "multiplied instead")
    yield from other


def sums_of_fractions(rnd: Random) -> Iterator[Example]:
    one, two = Fraction(rnd.randint(1, 9), rnd.randint(2, 9)), Fraction(rnd.randint(1, 9), rnd.randint(2, 9))
    value = one + two
    bottom = one.denominator * two.denominator // gcd(one.denominator, two.denominator)
    tops = int(one * bottom), int(two * bottom)
    task = Task(
        "sums of fractions",
        rnd.choice([f"计算 {plain(one)}+{plain(two)}", f"Calculate {plain(one)} + {plain(two)}"]),
        plain(value),
    )
    task.right(plain(value), "same")
    task.right(latex(value), "latex")
    task.right(f"{plain(one)}+{plain(two)}={tops[0]}/{bottom}+{tops[1]}/{bottom}={plain(value)}", "chain")
    task.right(f"{plain(one)}+{plain(two)}\n={tops[0]}/{bottom}+{tops[1]}/{bottom}\n={sum(tops)}/{bottom}", "lines")
    added = Fraction(one.numerator + two.numerator, one.denominator + two.denominator)
    if added != value:
        task.wrong(plain(added), "tops and bottoms added")
        task.open(f"{plain(one)}+{plain(two)}={plain(added)}={plain(value)}", "false step, right end")
    task.wrong(plain(value + Fraction(1, bottom)), "numerator")
    task.wrong(plain(-value), "sign")
    if value != one * two:
        task.wrong(plain(one * two), "multiplied")
    yield from task


FAMILIES = (expanding, factoring, like_terms, radicals, circles, trigonometry, derivatives, integrals,
            fractions_of_letters, logarithms, sums_of_fractions)  # fmt: skip
