"""Units of answers, Chinese and English, and quantities like 3 h 30 min. Called by `reading`."""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tutor.ai.embedded.text import NUMERALS

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by what it measures, in how many base units; temperatures also have an `offset`."""

    dimension: Dimension
    factor: Fraction
    offset: Fraction = Fraction(0)

    @property
    def counts(self) -> bool:
        """Whether it is a measure word (12 个), which changes no value."""
        return self.dimension == COUNT


COUNT: Dimension = (("count", 1),)
ANGLE: Dimension = (("degree", 1),)

# name of the base, then lines of: factor names
_TABLE = """
m: 1 m metre metres meter meters 米 公尺
m: 1000 km kilometre kilometres kilometer kilometers 千米 公里
m: 1/10 dm decimetre decimetres decimeter decimeters 分米
m: 1/100 cm centimetre centimetres centimeter centimeters 厘米 公分
m: 1/1000 mm millimetre millimetres millimeter millimeters 毫米
m: 1/1000000 um μm 微米
m: 1/1000000000 nm 纳米
m: 500 里
m: 127/5000 in inch inches
m: 381/1250 ft foot feet
m: 1143/1250 yd yard yards
m: 201168/125 mile miles mi
kg: 1 kg kilogram kilograms kilo kilos 千克 公斤
kg: 1/1000 g gram grams gm 克
kg: 1/1000000 mg milligram milligrams 毫克
kg: 1000 t tonne tonnes ton tons 吨
kg: 1/2 斤
kg: 1/20 两
kg: 45359237/100000000 lb lbs pound pounds
kg: 45359237/1600000000 oz ounce ounces
s: 1 s sec secs second seconds 秒 秒钟
s: 60 min mins minute minutes 分钟 分
s: 3600 h hr hrs hour hours 小时 时 个小时
s: 86400 d day days 天 日
s: 604800 week weeks 周 星期 个星期
month: 1 month months 月 个月
month: 12 year years 年
m3: 1/1000 l L litre litres liter liters 升
m3: 1/1000000 ml mL millilitre millilitres milliliter milliliters 毫升 cc
m2: 10000 ha hectare hectares 公顷
m2: 2000/3 亩
yuan: 1 元 yuan 块 块钱 圆 RMB rmb 人民币 元钱
yuan: 1/10 角 毛
yuan: 1/100 分 分钱
yuan: 10000 万元
yuan: 100000000 亿元
usd: 1 dollar dollars usd USD 美元
usd: 1/100 cent cents ¢
gbp: 1 £ pounds
eur: 1 € euro euros
degree: 1 ° degree degrees 度
N: 1 N 牛 牛顿 newton newtons
J: 1 J 焦 焦耳 joule joules
J: 1000 kJ 千焦
W: 1 W 瓦 watt watts
W: 1000 kW 千瓦
Pa: 1 Pa 帕
V: 1 V 伏 volt volts
A: 1 A 安 安培
ohm: 1 Ω ohm ohms 欧
kwh: 1 千瓦时 kWh 度电
count: 1 个 只 人 棵 本 支 辆 页 颗 条 张 件 双 位 名 头 匹 台 盒 箱 袋 瓶 杯 朵 套 间 座 排 组 次 份 根 把 篮 筐 封 幅
count: 1 种 岁 步 层 级 架 艘 株 枝 块糖 门 所 户 段 倍 圈 边 项 场 道 题 句 字 词 副 枚 粒 片 束 串 堆 桶 碗
count: 1 times people pieces apples books students items pupils children boys girls trees cars eggs pencils pens
count: 1 oranges marbles cookies stickers points ways boxes bags birds fish
"""
_SQUARES = {"m2": ("m", 2), "m3": ("m", 3)}
_POWER = re.compile(r"(.+?)\s*(?:\^\s*\(?([23])\)?|(?<=m)([23]))")
_PER = re.compile(r"(.+?)\s*(?:/|每|\bper\b)\s*(.+)")
_CHINESE_POWER = re.compile(r"(平方|立方)(.+)")
_ENGLISH_POWER = re.compile(r"(square|sq\.?|cubic|cu\.?)\s+(.+)|(.+?)\s+(squared|cubed)")
_CELSIUS = Fraction(1), Fraction(0)
_FAHRENHEIT = Fraction(5, 9), Fraction(-160, 9)
_TEMPERATURES = {"degC": _CELSIUS, "摄氏度": _CELSIUS, "degF": _FAHRENHEIT, "华氏度": _FAHRENHEIT}
_NOUN_AFTER_MEASURE = re.compile(
    r"([个只本支辆棵条张件双位名头匹朵颗枝把盒箱袋瓶杯])(?!.*[左上下以吧吗呢多余或不没到来和比])[\u3400-\u9fff]{1,4}"
)
_ONE_LETTER = 1
_LONGEST = 20
_PIECE = re.compile(
    rf"\s*((?:\d+(?:\.\d+)?(?: \d+/\d+)?)|[{NUMERALS}]+)\s*([^\d\s.,;=<>+\-*/^()]+?)\s*(?:and\s+)?(?=[\d{NUMERALS}]|$)"
)


def _read_table() -> dict[str, tuple[Unit, ...]]:
    found: dict[str, list[Unit]] = {}
    for line in _TABLE.strip().splitlines():
        base, rest = line.split(": ", 1)
        factor, *names = rest.split()
        name, power = _SQUARES.get(base, (base, 1))
        for each in names:
            found.setdefault(each, []).append(Unit(((name, power),), Fraction(factor)))
    for name, (scale, offset) in _TEMPERATURES.items():
        found[name] = [Unit((("celsius", 1),), scale, offset)]
    return {name: tuple(units) for name, units in found.items()}


_UNITS = _read_table()


def unit(text: str) -> tuple[Unit, ...]:
    """What a unit's name may mean (分 is a time and money); empty for no unit."""
    text = text.strip().strip(".")
    if not text or len(text) > _LONGEST:
        return ()
    return _named(text) or _raised(text) or _divided(text) or _noun(text)


def _named(text: str) -> tuple[Unit, ...]:
    if text in _UNITS:
        return _UNITS[text]
    return _UNITS.get(text.lower(), ()) if len(text) > _ONE_LETTER else ()


def _raised(text: str) -> tuple[Unit, ...]:
    """A square or a cube of a length."""
    power, name = 0, ""
    if match := _CHINESE_POWER.fullmatch(text):
        power, name = (2 if match[1] == "平方" else 3), match[2]
    elif match := _ENGLISH_POWER.fullmatch(text):
        power, name = (2 if (match[1] or match[4]).startswith("s") else 3), match[2] or match[3]
    elif match := _POWER.fullmatch(text):
        power, name = int(match[2] or match[3]), match[1]
    lengths = [each for each in _named(name.strip()) if each.dimension == (("m", 1),)]
    return tuple(Unit((("m", power),), each.factor**power) for each in lengths)


def _divided(text: str) -> tuple[Unit, ...]:
    """A speed, a price: one unit per another."""
    match = _PER.fullmatch(text)
    if match is None:
        return ()
    tops, bottoms = (_named(part) or _raised(part) for part in (match[1].strip(), match[2].strip()))
    return tuple(
        Unit((*top.dimension, *((name, -power) for name, power in bottom.dimension)), top.factor / bottom.factor)
        for top in tops
        for bottom in bottoms
    )


def _noun(text: str) -> tuple[Unit, ...]:
    """A measure word with its noun, 个苹果."""
    return (Unit(COUNT, Fraction(1)),) if _NOUN_AFTER_MEASURE.fullmatch(text) else ()


def pieces(text: str) -> list[tuple[str, tuple[Unit, ...]]]:
    """The numbers and units of a quantity in pieces (3小时30分); empty when it is none.

    The pieces come in units that get smaller and measure the same.
    """
    found: list[tuple[str, tuple[Unit, ...]]] = []
    place = 0
    while place < len(text):
        match = _PIECE.match(text, place)
        if match is None or not (units := unit(match[2])):
            return []
        found.append((match[1], units))
        place = match.end()
    if len(found) < 2:  # noqa: PLR2004  # one piece is a plain quantity
        return []
    shared = set.intersection(*({each.dimension for each in units} for _, units in found))
    same = [(number, tuple(each for each in units if each.dimension in shared)) for number, units in found]
    factors = [units[0].factor for _, units in same if units]
    falling = all(one > two for one, two in pairwise(factors))
    return same if len(factors) == len(found) and falling else []


def mentioned(question: str) -> frozenset[Unit]:
    """The units that a question speaks of, measure words left out."""
    words = re.findall(r"[A-Za-zΩ°]+|[\u3400-\u9fff]+", question)
    found: set[Unit] = set()
    for word in words:
        found.update(each for name in _names_in(word) for each in _named(name) + _raised(name) if not each.counts)
    return frozenset(found)


def _names_in(word: str) -> list[str]:
    """The word itself, or in Chinese, which has no blanks, the longest names that are in it."""
    if word.isascii():
        return [word] if len(word) > _ONE_LETTER or word in "mgLlth" else []
    found = []
    for name in sorted((f"{power}{name}" for name in _UNITS for power in ("平方", "立方", "")), key=len, reverse=True):
        if not name.isascii() and name in word and (len(name) > _ONE_LETTER or name in "米克吨秒升元角"):
            found.append(name)
            word = word.replace(name, " ")
    return found
