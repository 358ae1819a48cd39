"""The words that may stand around a formula, and what they ask for. Data only.

The front door takes a question only when every word outside the formula is in here; a word problem never passes.
"""

from collections.abc import Mapping
from typing import Literal

Goal = Literal["solve", "compute", "expand", "factor", "simplify", "derivative", "integral", "balance"]

_ZH_GOALS: Mapping[Goal, str] = {
    "solve": """
    解二元一次方程组 解一元一次方程 解一元二次方程 解一元一次不等式 解不等式 解方程组 解方程 求方程的解 求解集
    求解 解一下 解
""",
    "compute": """
    脱式计算 简便计算 计算一下 计算 口算 算一算 算一下 算 求值 等于多少 等于几 是多少 得多少 得几 结果是多少
    值是多少
""",
    "expand": """
    展开 整式乘法
""",
    "factor": """
    因式分解 分解因式
""",
    "simplify": """
    化简 合并同类项 去括号 约分
""",
    "derivative": """
    求导数 求导 的导数 的导函数 导数
""",
    "integral": """
    求不定积分 不定积分 求积分 的积分 积分
""",
    "balance": """
    配平化学方程式 配平方程式 配平 化学方程式 化学反应方程式
""",
}
_ZH_PLAIN = """
    请问 请你 请帮我 请 帮我 帮忙 帮 一下 怎么 怎样 如何 老师 你好 您好 这道题 这个题 这题 这个 这道 题目 题
    二元一次方程组 一元一次方程 一元二次方程 一元一次不等式 方程组 方程式 方程 不等式 的解集 的解 的值 的结果
    求 给出 写出 解题步骤 步骤 解题过程 过程 详细 并且 并 下列 下面 吗 呢 吧 啊 呀 我想知道 我要 我想 知道 要
    会不会 怎么解 怎么做 怎么算 做 谢谢 结果 答案 多项式 式子 算式 分数 函数 关于 的方程 未知数 检验 多少
    用配方法 用公式法 用因式分解法 十字相乘法 用 法 已知 若 如果 那么 则 得 的 反应 整式 代数式 下式 把 将
    给我 看看
"""
_EN_GOALS: Mapping[Goal, str] = {
    "solve": "solve solving solution solutions roots root",
    "compute": "calculate compute evaluate work out",
    "expand": "expand",
    "factor": "factor factorise factorize factoring",
    "simplify": "simplify reduce",
    "derivative": "differentiate derivative",
    "integral": "integrate integral antiderivative",
    "balance": "balance",
}
_EN_PLAIN = """
    the of in for equation equations determine this that these following expression polynomial with respect to
    is what whats find value values its lowest terms fraction show your steps step all by please can could you
    me my help do how an answer result equal equals and if when where let given system inequality linear
    quadratic indefinite chemical reaction hi hello thanks us give it simultaneous real number
"""


def _longest_first(words: Mapping[str, Goal | None]) -> dict[str, Goal | None]:
    return dict(sorted(words.items(), key=lambda item: -len(item[0])))


def _table(plain: str, goals: Mapping[Goal, str]) -> dict[str, Goal | None]:
    words: dict[str, Goal | None] = dict.fromkeys(plain.split())
    words.update({word: goal for goal, listed in goals.items() for word in listed.split()})
    return _longest_first(words)


CHINESE: Mapping[str, Goal | None] = _table(_ZH_PLAIN, _ZH_GOALS)
ENGLISH: Mapping[str, Goal | None] = _table(_EN_PLAIN, _EN_GOALS)

SPOKEN_SIGNS: Mapping[str, str] = {
    r"multiplied by": "*",
    r"divided by": "÷",
    r"to the power of": "^",
    r"(?:the )?square root of": "sqrt",
    r"squared": "^2",
    r"cubed": "^3",
    r"plus": "+",
    r"minus": "-",
    r"times": "*",
    r"over": "/",
}
CHINESE_SIGNS: Mapping[str, str] = {
    "加上": "+", "减去": "-", "乘以": "*", "乘上": "*", "除以": "÷", "等于": "=", "加": "+", "减": "-", "乘": "*",
    "大于等于": ">=", "小于等于": "<=", "大于": ">", "小于": "<", "根号": "sqrt",
    "或者": ";", "或": ";", "和": ";", "与": ";", "且": ";",
}  # fmt: skip
