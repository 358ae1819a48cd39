"""Numbers with units, in both languages, converted and in pieces; answers in sentences and with their working."""

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from tests.grading.example import Example, Task, decimal, plain, said, wide

# (names of the unit, how many of the first), the first being the one that is asked for
MEASURES = {
    "length": (
        (("m", "米", "meters", "metres"), Fraction(1)),
        (("cm", "厘米"), Fraction(100)),
        (("km", "千米", "公里"), Fraction(1, 1000)),
        (("dm", "分米"), Fraction(10)),
    ),
    "mass": (
        (("kg", "千克", "公斤", "kilograms"), Fraction(1)),
        (("g", "克", "grams"), Fraction(1000)),
        (("t", "吨"), Fraction(1, 1000)),
    ),
    "area": (
        (("m²", "平方米", "m^2", "square meters", "㎡"), Fraction(1)),
        (("cm²", "平方厘米"), Fraction(10000)),
        (("dm²", "平方分米"), Fraction(100)),
    ),
    "volume": (
        (("L", "升", "liters", "litres"), Fraction(1)),
        (("mL", "毫升", "ml"), Fraction(1000)),
        (("cm³", "立方厘米"), Fraction(1000)),
        (("dm³", "立方分米"), Fraction(1)),
    ),
    "time": (
        (("h", "小时", "hours"), Fraction(1)),
        (("min", "分钟", "minutes"), Fraction(60)),
        (("s", "秒", "seconds"), Fraction(3600)),
    ),
    "speed": (
        (("km/h", "千米/时", "千米/小时", "km per hour"), Fraction(1)),
        (("m/s", "米/秒"), Fraction(5, 18)),
    ),
}
SMALLER = {"length": "cm", "mass": "g", "area": "cm²", "volume": "mL", "time": "min", "speed": "m/s"}
OTHERS = {"length": "kg", "mass": "m", "area": "m", "volume": "kg", "time": "m", "speed": "h"}


def measures(rnd: Random) -> Iterator[Example]:
    name = rnd.choice(list(MEASURES))
    (names, _), *others = MEASURES[name]
    value = Fraction(rnd.randint(2, 90) * (18 if name == "speed" else 1), rnd.choice([1, 1, 2, 4, 5]))
    if name == "speed" and value.denominator > 1:
        value *= value.denominator
    shown = decimal(value) or ""
    task = Task(f"units of {name}", rnd.choice(["应用题。", "A word problem."]), f"{shown} {names[0]}")
    for each in names:
        task.right(f"{shown}{each}", "same unit")
        task.right(f"{shown} {each}", "same unit, gap")
    task.right(wide(shown) + names[1], "full width")
    task.right(f"答：{shown}{names[1]}。", "zh prefix")
    task.right(f"{plain(value)}{names[1]}" if value.denominator == 1 else f"{plain(value)} {names[0]}", "fraction")
    task.right(f"{shown}（{names[1]}）", "unit in brackets")
    for aliases, factor in others:
        if (converted := decimal(value * factor)) is not None:
            task.right(f"{converted}{aliases[-1]}", "converted")
            task.right(f"{converted} {aliases[0]}", "converted, gap")
            task.wrong(f"{decimal(value * factor * 10)} {aliases[0]}", "converted wrongly")
    smaller = SMALLER[name]
    task.wrong(f"{shown} {smaller}", "another unit")
    task.wrong(f"{shown} {OTHERS[name]}", "another measure")
    task.wrong(f"{decimal(value + 1)} {names[0]}", "value")
    task.wrong(f"{decimal(value + 1)}{names[1]}", "value")
    task.wrong(shown, "unit lost")
    yield from task


def in_pieces(rnd: Random) -> Iterator[Example]:
    hours, minutes = rnd.randint(1, 9), rnd.choice([6, 12, 15, 18, 24, 30, 36, 45, 48])
    value = hours + Fraction(minutes, 60)
    task = Task(
        "hours and minutes", rnd.choice(["一共用了多长时间？", "How long did it take?"]), f"{hours}小时{minutes}分"
    )
    task.right(f"{hours}小时{minutes}分钟", "zh")
    task.right(f"{hours}时{minutes}分", "zh short")
    task.right(f"{hours} h {minutes} min", "en short")
    task.right(f"{hours} hours {minutes} minutes", "en")
    task.right(f"{hours} hours and {minutes} minutes", "en and")
    task.right(f"{said(hours)}小时{said(minutes)}分", "zh numerals")
    task.right(f"{decimal(value)}小时", "decimal hours")
    task.right(f"{hours * 60 + minutes}分钟", "minutes")
    task.right(f"{wide(str(hours))}小时{wide(str(minutes))}分", "full width")
    task.wrong(f"{hours}.{minutes}小时" if minutes * 10 != 6 * minutes else "0", "point for minutes")
    task.wrong(f"{hours}小时{minutes + 5}分", "minutes")
    task.wrong(f"{hours * 100 + minutes}分钟", "hundred minutes an hour")
    task.wrong(f"{minutes}小时{hours}分" if minutes != hours else "0分", "swapped")
    yield from task


def money(rnd: Random) -> Iterator[Example]:
    yuan, jiao = rnd.randint(1, 99), rnd.randint(1, 9)
    value = yuan + Fraction(jiao, 10)
    shown = decimal(value) or ""
    task = Task("money", "一共多少钱？", f"{shown}元")
    task.right(f"{shown}元", "same")
    task.right(f"￥{shown}", "sign")
    task.right(f"{shown}0元", "two decimals")
    task.right(f"{yuan}元{jiao}角", "in pieces")
    task.right(f"{int(value * 10)}角", "smaller coins")
    task.right(f"{shown}块钱", "spoken")
    task.right(f"{shown} yuan", "en")
    task.wrong(f"{shown}角", "another coin")
    task.wrong(f"{yuan}元", "rest lost")
    task.wrong(f"{jiao}元{yuan if yuan < 10 else 1}角" if jiao != yuan else "0元", "swapped")
    task.wrong(f"{decimal(value * 10)}元", "point moved")
    task.wrong(f"${shown}", "another currency")
    yield from task
    other = Task("money", "How much does it cost?", f"${shown}")
    other.right(f"${shown}", "same")
    other.right(f"{shown} dollars", "word")
    other.right(f"${shown}0", "two decimals")
    other.right(f"{int(value * 100)} cents", "cents")
    other.right(f"The answer is ${shown}.", "sentence")
    other.wrong(f"${decimal(value + 1)}", "value")
    other.wrong(f"{shown} cents", "another coin")
    other.wrong(f"{shown}元", "another currency")
    yield from other


def sentences(rnd: Random) -> Iterator[Example]:
    each, count = rnd.randint(3, 30), rnd.randint(3, 12)
    value = each * count
    word, thing = rnd.choice([("个", "苹果"), ("本", "书"), ("支", "铅笔"), ("棵", "树"), ("颗", "糖")])
    task = Task("answers in sentences", f"每袋{each}{word}{thing}，{count}袋一共多少{word}？", f"{value}{word}")
    task.right(f"{value}{word}", "same")
    task.right(str(value), "number alone")
    task.right(f"答：一共有{value}{word}{thing}。", "zh sentence")
    task.right(f"{each}×{count}={value}（{word}）\n答：一共有{value}{word}。", "with working")
    task.right(f"解：{each}×{count}={value}（{word}）", "working, unit in brackets")
    task.right(f"一共{wide(str(value))}{word}", "full width")
    task.wrong(f"答：一共有{value + each}{word}{thing}。", "zh sentence, value")
    task.wrong(f"{each}×{count}={value + 1}（{word}）\n答：一共有{value + 1}{word}。", "with working, value")
    task.wrong(f"{each}+{count}={each + count}（{word}）\n答：{each + count}{word}", "added instead")
    task.open(f"{each}×{count}={value + 10}（{word}）\n答：一共有{value}{word}。", "right answer, false working")
    task.open(f"大约{value}{word}左右吧", "doubtful")
    task.open(f"{value}{word}或{value + 1}{word}", "two answers")
    yield from task
    other = Task(
        "answers in sentences",
        f"There are {each} apples in a bag. How many apples are in {count} bags?",
        f"{value} apples",
    )
    other.right(f"{value} apples", "same")
    other.right(f"There are {value} apples.", "en sentence")
    other.right(f"{each} × {count} = {value}\nAnswer: {value} apples", "with working")
    other.right(f"The answer is {value}", "en prefix")
    other.wrong(f"There are {value - 1} apples.", "en sentence, value")
    other.wrong(f"{each} × {count} = {value + 10}\nAnswer: {value + 10} apples", "with working, value")
    other.open(f"It is not {value}", "denied")
    other.open(f"{value} or {value + 2}", "two answers")
    yield from other


def chains(rnd: Random) -> Iterator[Example]:
    one, two, three = rnd.randint(2, 20), rnd.randint(2, 12), rnd.randint(2, 12)
    value = one + two * three
    task = Task("working in lines", f"脱式计算 {one}+{two}×{three}", str(value))
    task.right(f"{one}+{two}×{three}\n={one}+{two * three}\n={value}", "lines")
    task.right(f"{one}+{two}×{three}={one}+{two * three}={value}", "one line")
    task.right(f"原式={one}+{two * three}={value}", "zh begun")
    task.right(f"解：{one}+{two}*{three}\n= {one} + {two * three}\n= {value}\n答：{value}", "with answer")
    task.right(f"{two}×{three}={two * three}\n{one}+{two * three}={value}\n∴ {value}", "in steps")
    if (one + two) * three != value:
        task.wrong(f"{one}+{two}×{three}\n={one + two}×{three}\n={(one + two) * three}", "wrong order")
    task.wrong(f"{one}+{two}×{three}={one}+{two * three}={value + 1}", "one line, wrong")
    task.open(f"{one}+{two}×{three}={one}+{two * three + 1}={value}", "wrong step, right end")
    task.open(f"{one}+{two}×{three}\n={one + 1}+{two * three}\n={value}", "wrong line, right end")
    yield from task


def temperatures(rnd: Random) -> Iterator[Example]:
    value = rnd.randint(-30, 40) or 5
    task = Task("temperatures", "气温是多少？", f"{value}℃")
    task.right(f"{value}°C", "two signs")
    task.right(f"{value}摄氏度", "zh")
    task.right(f"{wide(str(value))}℃", "full width")
    if value < 0:
        task.right(f"零下{-value}℃", "below zero")
    task.wrong(f"{-value}℃", "sign")
    task.wrong(f"{value + 1}℃", "value")
    task.wrong(f"{value}°F", "another scale")
    yield from task


FAMILIES = (measures, in_pieces, money, sentences, chains, temperatures)
