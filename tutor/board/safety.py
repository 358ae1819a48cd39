"""Words that a teacher should know of at once: harm to oneself, harm by others, threats. Pure; `flags.py` asks.

It errs to the side of asking a person to look, and knows a few ways of speaking that mean nothing of the kind.
"""

import re
import unicodedata

SERIOUS = re.compile(
    r"自杀|自残|自尽|轻生|割腕|跳楼|上吊|遗书|寻死|不想活|活不下去|活着没意思|活着没有?意义|结束(?:我的|自己的)?生命|伤害自己"
    r"|(?<!笑)(?<!得)想死(?!你|我|他|她|你们|大家)|(?:想|要)杀(?:了|死)|报复(?:同学|老师|学校|社会)|(?:带|拿)刀(?:来|去|到)"
    r"|虐待|家暴|性侵|猥亵|强奸|霸凌|欺凌|被(?:人|同学|他们|她们|他|她|老师)?(?:欺负|勒索|威胁)|(?:爸爸|妈妈|爸|妈|父亲|母亲|老师)又?打我"
    r"|\bsuicid(?:e|al)\b|\b(?:kill|hurt|harm|cut)(?:ing)? (?:myself|me)\b|\bself[- ]?harm"
    r"|\b(?:want|wanna|going) (?:to )?die\b|\bend (?:my life|it all)\b"
    r"|\bdon'?t want to (?:live|be alive)\b|\bno reason to live\b"
    r"|\b(?:kill|shoot|stab) (?:him|her|them|everyone|everybody|my (?:teacher|class\w*|mom|dad|mother|father))\b"
    r"|\b(?:gun|knife) (?:to|at) school\b|\b(?:rap(?:ed|es)|molest\w*|abus(?:ed|es|ing)) (?:me|by)\b"
    r"|\bbull(?:y|ied|ies|ying)\b|\b(?:hits|beats|touches) me\b"
)
SPACES = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def is_alarming(text: str) -> bool:
    """Whether a teacher should look at what a student wrote."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return SERIOUS.search(SPACES.sub("", plain)) is not None
