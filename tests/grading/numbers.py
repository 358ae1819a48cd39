"""Plain numbers: whole, decimal, fractions, percent, powers of ten, remainders, ratios, comparisons."""

from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from random import Random

from tests.grading.example import Example, Task, a_fraction, decimal, latex, plain, said, wide


def whole(rnd: Random) -> Iterator[Example]:
    one, two = rnd.randint(2, 9999), rnd.randint(2, 999)
    value = one + two if rnd.random() < 0.6 else two - one
    sign = "+" if value == one + two else "-"
    first, second = (one, two) if sign == "+" else (two, one)
    task = Task(
        "whole numbers", rnd.choice([f"计算 {first}{sign}{second}", f"Calculate {first} {sign} {second}"]), str(value)
    )
    task.right(str(value), "same")
    task.right(wide(str(value)), "full width")
    task.right(f"答：{value}", "zh prefix")
    task.right(f"{first}{sign}{second}={value}", "whole line")
    task.right(f"The answer is {value}.", "en sentence")
    task.right(f"{value}.0", "point zero")
    task.right(rf"\boxed{{{value}}}", "boxed")
    task.right(f"${value}$", "dollars around")
    if abs(value) >= 1000:
        task.right(f"{value:,}", "thousands")
        task.wrong(f"{value + 1000:,}", "thousands, another")
    if value >= 0:
        task.right(said(value), "zh numeral")
    task.wrong(str(value + rnd.choice([-1, 1])), "off by one")
    task.wrong(said(abs(value) + 10), "zh numeral, another")
    task.wrong(str(value * 10) if value else "10", "ten times")
    if value:
        task.wrong(str(-value), "sign")
    digits = list(str(abs(value)))
    if len(digits) > 1 and digits[0] != digits[1] and digits[1] != "0":
        digits[0], digits[1] = digits[1], digits[0]
        task.wrong(("-" if value < 0 else "") + "".join(digits), "digits swapped")
    task.wrong(f"{first}{sign}{second}={value + 2}", "whole line, wrong")
    task.wrong(f"{first}{sign}{second}", "task copied")
    yield from task


def decimals(rnd: Random) -> Iterator[Example]:
    places = rnd.randint(1, 3)
    value = Fraction(rnd.randint(11, 9999), 10**places)
    if value.denominator == 1:
        return
    key = decimal(value) or ""
    task = Task("decimals", rnd.choice(["计算", "Work it out"]), key)
    task.right(key, "same")
    task.right(key + "0", "trailing zero")
    task.right(wide(key), "full width")
    task.right(plain(value), "fraction")
    task.right(f"={key}", "equals before")
    task.right(f"答案是{key}。", "zh sentence")
    head, tail = key.split(".")
    task.right(f"{said(int(head))}点{''.join(said(int(digit)) for digit in tail)}", "zh words")
    if head == "0":
        task.right(f".{tail}", "no leading zero")
    task.wrong(decimal(value * 10) or "", "point moved")
    task.wrong(decimal(value / 10) or "", "point moved")
    task.wrong(f"-{key}", "sign")
    task.wrong(decimal(value + Fraction(1, 10**places)) or "", "last digit")
    task.wrong(f"{head}{tail}" if head != "0" else f"{tail}", "point lost")
    shorter = Fraction(round(value * 10 ** (places - 1)), 10 ** (places - 1))
    if shorter != value:
        task.wrong(decimal(shorter) or "", "rounded")
    yield from task


def fractions(rnd: Random) -> Iterator[Example]:
    value = a_fraction(rnd)
    times = rnd.randint(2, 9)
    top, bottom = value.numerator, value.denominator
    task = Task("fractions", rnd.choice(["计算", "Calculate"]), plain(value))
    task.right(plain(value), "same")
    task.right(f"{top * times}/{bottom * times}", "not reduced")
    task.right(latex(value), "latex")
    task.right(rf"\dfrac{{{top}}}{{{bottom}}}", "dfrac")
    task.right(wide(plain(value)), "full width")
    task.right(f"({top})/({bottom})", "brackets")
    task.right(f"{said(bottom)}分之{said(top)}", "zh words")
    if ending := decimal(value):
        task.right(ending, "decimal")
    else:
        task.wrong(f"{float(value):.2f}", "rounded")
    if top > bottom:
        whole_part, rest = divmod(top, bottom)
        task.right(f"{whole_part} {rest}/{bottom}", "mixed")
        task.right(f"{whole_part}又{rest}/{bottom}", "mixed zh")
        task.right(f"{said(whole_part)}又{said(bottom)}分之{said(rest)}", "mixed zh words")
        task.right(rf"{whole_part}\frac{{{rest}}}{{{bottom}}}", "mixed latex")
        task.wrong(f"{whole_part + 1} {rest}/{bottom}", "mixed, whole part")
        task.wrong(f"{said(whole_part + 1)}又{said(bottom)}分之{said(rest)}", "mixed zh, whole part")
        task.wrong(f"{rest}/{bottom}", "whole part lost")
    task.wrong(f"{bottom}/{top}", "turned over")
    task.wrong(f"{top + 1}/{bottom}", "numerator")
    task.wrong(f"-{top}/{bottom}", "sign")
    task.wrong(f"{said(top)}分之{said(bottom)}" if top > 1 else f"{bottom}", "zh, turned over")
    yield from task


def reduced(rnd: Random) -> Iterator[Example]:
    value = a_fraction(rnd, 12)
    times = rnd.randint(2, 6)
    top, bottom = value.numerator, value.denominator
    question = rnd.choice(["化简 {}", "约分：{}", "Simplify {}", "Write {} in lowest terms"]).format(
        f"{top * times}/{bottom * times}"
    )
    task = Task("lowest terms", question, plain(value))
    task.right(plain(value), "same")
    task.right(latex(value), "latex")
    task.right(f"{said(bottom)}分之{said(top)}", "zh words")
    task.wrong(f"{top * times}/{bottom * times}", "not reduced")
    task.wrong(rf"\frac{{{top * 2}}}{{{bottom * 2}}}", "not reduced, latex")
    task.wrong(f"{top + 1}/{bottom}", "numerator")
    if gcd(top, bottom + 1) == 1:
        task.wrong(f"{top}/{bottom + 1}", "denominator")
    yield from task


def percents(rnd: Random) -> Iterator[Example]:
    value = Fraction(rnd.randint(1, 399), rnd.choice([1, 2, 4]))
    shown = decimal(value) or ""
    task = Task("percent", rnd.choice(["合格率是多少？", "What is the rate?"]), f"{shown}%")
    task.right(f"{shown}%", "same")
    task.right(wide(f"{shown}%"), "full width")
    task.right(decimal(value / 100) or "", "decimal")
    task.right(plain(value / 100), "fraction")
    task.right(f"{shown} percent", "word")
    task.right(rf"{shown}\%", "latex")
    if value.denominator == 1:
        task.right(f"百分之{said(int(value))}", "zh words")
        task.wrong(f"百分之{said(int(value) + 1)}", "zh words, another")
        task.right(f"百分之{value}", "zh and digits")
    task.wrong(shown, "sign lost")
    task.wrong(f"{decimal(value / 10)}%", "point moved")
    task.wrong(f"{decimal(value + 1)}%", "off by one")
    task.wrong(f"-{shown}%", "sign")
    yield from task


def powers_of_ten(rnd: Random) -> Iterator[Example]:
    head, power = Fraction(rnd.randint(11, 99), 10), rnd.randint(3, 8)
    if head.denominator == 1:
        return
    value = int(head * 10**power)
    shown = decimal(head)
    task = Task("powers of ten", rnd.choice(["用科学记数法表示", "Write in standard form"]), f"{shown}×10^{power}")
    raised = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    task.right(f"{shown}×10^{power}", "same")
    task.right(f"{shown}×10{raised}", "raised")
    task.right(rf"{shown}\times 10^{{{power}}}", "latex")
    task.right(f"{shown} x 10^{power}", "letter x")
    task.right(f"{shown}*10^{power}", "star")
    task.right(f"{shown}E{power}", "E")
    task.wrong(f"{shown}×10^{power + 1}", "power")
    task.wrong(f"{shown}×10^-{power}", "sign of the power")
    task.wrong(f"{decimal(head + Fraction(1, 10))}×10^{power}", "head")
    task.wrong(str(value // 10), "ten times less")
    yield from task


def remainders(rnd: Random) -> Iterator[Example]:
    divisor, quotient = rnd.randint(3, 12), rnd.randint(2, 30)
    rest = rnd.randint(1, divisor - 1)
    total = divisor * quotient + rest
    task = Task("remainders", f"{total}÷{divisor}=", f"{quotient}……{rest}")
    task.right(f"{quotient}……{rest}", "same")
    task.right(f"{quotient}...{rest}", "dots")
    task.right(f"{quotient} r {rest}", "r")
    task.right(f"{quotient} R{rest}", "R")
    task.right(f"{quotient}余{rest}", "zh")
    task.right(f"商{quotient}余{rest}", "zh words")
    task.right(f"{quotient} remainder {rest}", "word")
    task.right(f"{total}÷{divisor}={quotient}……{rest}", "whole line")
    task.wrong(f"{quotient + 1}……{rest}", "quotient")
    task.wrong(f"{quotient}……{rest + 1}", "remainder")
    task.wrong(str(quotient), "remainder lost")
    if rest != quotient:
        task.wrong(f"{rest}……{quotient}", "swapped")
    yield from task


def ratios(rnd: Random) -> Iterator[Example]:
    value = a_fraction(rnd, 15)
    one, two, times = value.numerator, value.denominator, rnd.randint(2, 6)
    simplest = rnd.random() < 0.5
    question = rnd.choice(
        ["化成最简整数比", "Write the ratio in its simplest form"]
        if simplest
        else ["求两个数的比", "What is the ratio?"]
    )
    task = Task("ratios", question, f"{one}:{two}")
    task.right(f"{one}:{two}", "same")
    task.right(wide(f"{one}") + "：" + wide(f"{two}"), "full width")
    task.right(f"{one}比{two}", "zh")
    task.right(f"{one} to {two}", "en")
    (task.wrong if simplest else task.right)(f"{one * times}:{two * times}", "not reduced")
    task.wrong(f"{two}:{one}", "turned over")
    task.wrong(f"{one + 1}:{two}", "first term")
    task.wrong(f"{one}:{two + one}", "part of the whole")
    yield from task


def comparisons(rnd: Random) -> Iterator[Example]:
    one, two = a_fraction(rnd, 9), a_fraction(rnd, 9)
    sign = "<" if one < two else ">" if one > two else "="
    task = Task("signs between numbers", f"比较大小：{plain(one)} ○ {plain(two)}", sign)
    words = {"<": ("＜", "小于", "less than"), ">": ("＞", "大于", "greater than"), "=": ("＝", "等于", "equal")}
    for other, names in words.items():
        for name in (other, *names):
            (task.right if other == sign else task.wrong)(name, "sign or word")
    yield from task


FAMILIES = (whole, decimals, fractions, reduced, percents, powers_of_ten, remainders, ratios, comparisons)
