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

# How to help with a problem: at the ends of a clause these say nothing of the problem itself.
_ZH_MANNER = """
    每一步 每步 每一个步骤 每个步骤 一步一步 一步步 一步一步地 逐步 分步 分步骤 步步 各步 都 都要 要 得 需要 必须
    一定要 应该 讲 讲讲 讲一讲 讲一下 讲一遍 讲清楚 讲明白 讲清 讲透 讲细 讲解 讲解一下 说 说说 说一下 说清楚 说明
    说明白 写 写清楚 写明 写明白 列出 列出来 写出来 清楚 清楚一点 清楚点 明白 明白一点 解释 解释一下 解释清楚 解析
    详解 分析 分析一下 思路 理由 依据 原理 方法 做法 解法 解答 解答一下 解答过程 求解过程 计算过程 详细 详细地 详细点
    详细一点 详细一些 仔细 仔细点 具体 具体点 完整 完整的 慢慢 慢慢讲 慢一点 慢点 快点 快 急 很急 急急急 着急 在线等
    拜托 拜托了 麻烦 麻烦你 麻烦您 感谢 多谢 非常感谢 谢谢老师 谢谢你 谢谢您 谢啦 谢了 我不会 我不会做 不会 不会做
    不太会 不太会做 还不会 不懂 我不懂 不太懂 不太明白 不明白 没看懂 看不懂 听不懂 没听懂 没学会 没思路 没有思路
    太难了 太难 好难 有点难 很难 教教我 教我 教一下 教 辅导 辅导一下 指导 指导一下 提示 提示一下 一点提示 给点提示
    给个提示 一个提示 给 直接 告诉我 告诉 先 不要 别 不用 跳步 跳步骤 跳过步骤 跳 省略步骤 省略 可以 能 能不能
    可不可以 好吗 行吗 可以吗 好不好 全部 全部的 所有 所有的 整个 越详细越好 举例 举例说明 举个例子 老师好 老师您好
    老师你好 要有 有 让我 听懂 看懂 学会 我 你 您 大家 同学 作业 家庭作业 这是 这道题目 这道 一道题 一道题目 有一道题
    这一题 也 再 一遍 验算 验算一下 检查 检查一下 我想学会 为我 帮助 帮助我 用简单的话 简单 简单一点 简单点 地 了 哦
    哈 嘛 啦 呗
"""
_EN_MANNER = """
    explain explaining explanation explained each every one at time step-by-step stepwise in detail details detailed
    clearly clear slowly slow carefully thoroughly completely complete simple simply full fully whole entire working
    workings reasoning reason reasons process method methods go through walk take write out down tell teach guide hint
    hints tip tips some any make sure do not don't dont skip skipping without leave i'm im i i've am can't cant cannot
    stuck lost confused understand understanding learn know knowing get need needs want would like i'd have has having
    to on with for so much very really just too also thank you sir miss madam teacher tutor homework exercise question
    task problem here there it's its is only directly final words kindly asap urgent quickly check verify hard
    difficult along another more good
"""
_EN_PHRASES = ("full solution", "the solution", "whole solution", "complete solution", "a hint", "a step", "a detailed")


def _longest_first(words: Mapping[str, Goal | None]) -> dict[str, Goal | None]:
    return dict(sorted(words.items(), key=lambda item: -len(item[0])))


def _table(plain: str, goals: Mapping[Goal, str]) -> dict[str, Goal | None]:
    words: dict[str, Goal | None] = dict.fromkeys(plain.split())
    words.update({word: goal for goal, listed in goals.items() for word in listed.split()})
    return _longest_first(words)


CHINESE: Mapping[str, Goal | None] = _table(_ZH_PLAIN, _ZH_GOALS)
ENGLISH: Mapping[str, Goal | None] = _table(_EN_PLAIN, _EN_GOALS)
_MANNER: Mapping[str, Goal | None] = dict.fromkeys((*_ZH_MANNER.split(), *_EN_MANNER.split(), *_EN_PHRASES))
AROUND: Mapping[str, Goal | None] = _longest_first({**_MANNER, **CHINESE, **ENGLISH})
"""All words that may stand around a problem, with the goal of those that say what to do with it; longest first."""

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
