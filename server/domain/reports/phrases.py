"""Words that stand on paper in the place of coded values, in the reader's language. Knows no protocol."""

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, str]] = {
    "yes": {"zh": "是", "en": "Yes"},
    "no": {"zh": "否", "en": "No"},
    "positive": {"zh": "阳性", "en": "Positive"},
    "negative": {"zh": "阴性", "en": "Negative"},
    "detected": {"zh": "检出", "en": "Detected"},
    "not_detected": {"zh": "未检出", "en": "Not detected"},
    "present": {"zh": "有", "en": "Present"},
    "absent": {"zh": "无", "en": "Absent"},
    "normal": {"zh": "正常", "en": "Normal"},
    "abnormal": {"zh": "异常", "en": "Abnormal"},
    "indeterminate": {"zh": "不确定", "en": "Indeterminate"},
    "absent.unknown": {"zh": "无结果：原因不明", "en": "No result: reason unknown"},
    "absent.asked-unknown": {"zh": "无结果：已询问，不知", "en": "No result: asked, not known"},
    "absent.temp-unknown": {"zh": "暂无结果", "en": "No result yet"},
    "absent.not-asked": {"zh": "无结果：未询问", "en": "No result: not asked"},
    "absent.asked-declined": {"zh": "无结果：患者未答", "en": "No result: declined"},
    "absent.masked": {"zh": "无结果：未提供", "en": "No result: withheld"},
    "absent.not-applicable": {"zh": "不适用", "en": "Not applicable"},
    "absent.unsupported": {"zh": "无结果：系统不支持", "en": "No result: not supported"},
    "absent.as-text": {"zh": "结果见文字说明", "en": "Result is in the text"},
    "absent.error": {"zh": "无结果：检测出错", "en": "No result: error"},
    "absent.not-a-number": {"zh": "无结果：非数值", "en": "No result: not a number"},
    "absent.negative-infinity": {"zh": "低于可测范围", "en": "Below the measurable range"},
    "absent.positive-infinity": {"zh": "高于可测范围", "en": "Above the measurable range"},
    "absent.not-performed": {"zh": "未做", "en": "Not performed"},
    "absent.not-permitted": {"zh": "无结果：不允许", "en": "No result: not permitted"},
    "not_on_this_paper": {
        "zh": "此项无法在此打印，请向检验科索取",
        "en": "Not on this paper; ask the laboratory",
    },
    "attached": {
        "zh": "另有附件（如 PDF）未在此打印，请向检验检查科室索取",
        "en": "There is an attachment (such as a PDF) that is not on this paper; ask the department",
    },
    "not_final": {"zh": "此项尚未最终审核", "en": "This result is not final"},
    "incomplete": {
        "zh": "本单不完整，以检验科正式报告为准",
        "en": "This paper is incomplete; the laboratory's own report counts",
    },
}
"""The `absent.` ones are the codes of FHIR R4 data-absent-reason."""


def phrase(name: str, language: str) -> str:
    """A phrase in Chinese for Chinese readers of any kind, else in English; "" for a name nobody knows."""
    words = PHRASES.get(name, {})
    return words.get("en" if language.startswith("en") else "zh", "")
