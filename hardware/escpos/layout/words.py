"""Owns the words printed on paper in zh, yue and en, and picking a text by language. Knows no layout."""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

LANGUAGES = ("zh", "yue", "en")
_ORDER = {"zh": ("zh", "yue", "en"), "yue": ("yue", "zh", "en"), "en": ("en", "zh", "yue")}

WORDS: dict[str, tuple[str, str, str]] = {
    # word: (zh, yue, en)
    "wait_at": ("请到{hall}候诊，听叫号就诊", "請到{hall}等候叫號", "Please wait in {hall} for your call"),
    "wait_at.laboratory": (
        "请到{hall}等候，听叫号检查",
        "請到{hall}等候叫號檢查",
        "Please wait in {hall} for your test",
    ),
    "wait_at.imaging": (
        "请到{hall}等候，听叫号检查",
        "請到{hall}等候叫號檢查",
        "Please wait in {hall} for your examination",
    ),
    "wait_at.pharmacy": (
        "请到{hall}等候，听叫号取药",
        "請到{hall}等候叫號取藥",
        "Please wait in {hall} for your medicine",
    ),
    "wait_at.cashier": ("请到{hall}等候，听叫号缴费", "請到{hall}等候叫號繳費", "Please wait in {hall} to pay"),
    "wait_at.registration": (
        "请到{hall}等候，听叫号挂号",
        "請到{hall}等候叫號掛號",
        "Please wait in {hall} to register",
    ),
    "ahead": ("前面还有 {n} 人", "前面還有 {n} 人", "{n} ahead of you"),
    "next": ("您是下一位", "您是下一位", "You are next"),
    "wait": ("预计等候 {low}–{high} 分钟", "預計等候 {low}–{high} 分鐘", "About {low}–{high} minutes"),
    "wait_about": ("预计等候约 {low} 分钟", "預計等候約 {low} 分鐘", "About {low} minutes"),
    "name": ("姓名", "姓名", "Name"),
    "queue": ("科室", "科室", "Clinic"),
    "hall": ("候诊区", "候診區", "Area"),
    "doctor": ("医生", "醫生", "Doctor"),
    "slot": ("预约", "預約", "Booked for"),
    "checked_in": ("报到", "登記", "Checked in"),
    "missed": (
        "过号请到自助机或分诊台重新报到",
        "過號請到自助機或分流站重新登記",
        "Missed your number? Check in again at a kiosk or the desk",
    ),
    "scan": ("扫码查看排队", "掃碼查看輪候", "Scan for your place"),
    "copy": ("补打 第{n}次", "補印 第{n}次", "COPY {n}"),
    "copy_line": (
        "补打 第{n}次 {time} 终端 {terminal}",
        "補印 第{n}次 {time} 終端 {terminal}",
        "COPY {n}, {time}, terminal {terminal}",
    ),
    "page": ("第 {n} / {of} 页", "第 {n} / {of} 頁", "Page {n} of {of}"),
    "report": ("检验报告", "檢驗報告", "Laboratory report"),
    "patient": ("姓名", "姓名", "Patient"),
    "sex": ("性别", "性別", "Sex"),
    "male": ("男", "男", "male"),
    "female": ("女", "女", "female"),
    "age": ("年龄", "年齡", "Age"),
    "id_tail": ("证件尾号", "證件尾號", "ID ends in"),
    "item": ("项目", "項目", "Item"),
    "result": ("结果", "結果", "Result"),
    "unit": ("单位", "單位", "Unit"),
    "range": ("参考区间", "參考區間", "Range"),
    "range_short": ("参考", "參考", "Range"),
    "no_value": ("（无结果）", "（無結果）", "(no value)"),
    "conclusion": ("结论", "結論", "Conclusion"),
    "notes": ("备注", "備註", "Notes"),
    "examined": ("检查时间", "檢查時間", "Examined"),
    "reporter": ("报告者", "報告者", "Reported by"),
    "opinion": (
        "本报告供医师参考，请由医生为您解读",
        "本報告供醫師參考，請由醫生為您解讀",
        "For your doctor, who will explain it to you",
    ),
    "collected": ("采样时间", "採樣時間", "Collected"),
    "issued": ("报告时间", "報告時間", "Issued"),
    "operator": ("检验者", "檢驗者", "Operator"),
    "verifier": ("审核者", "審核者", "Verified by"),
    "code": ("报告编号", "報告編號", "Report code"),
    "corrected": (
        "更正报告 v{n}，此前版本作废",
        "更正報告 v{n}，此前版本作廢",
        "Corrected report v{n}; earlier versions are void",
    ),
    "summary": ("仅供参考，非正式报告", "僅供參考，非正式報告", "Summary, not the formal report"),
    "specimen": (
        "本报告仅对所送检标本负责，结果供医师参考",
        "本報告僅對所送檢標本負責，結果供醫師參考",
        "For the submitted specimen only; results are for your doctor",
    ),
    "number": ("号码", "號碼", "Number"),
    "state": ("状态", "狀態", "State"),
    "since": ("时间", "時間", "Since"),
    "printed": ("打印于", "列印於", "Printed"),
    "waiting": ("候诊名单", "候診名單", "Waiting list"),
    "nobody": ("无人候诊", "無人候診", "Nobody waits"),
    "people": ("共 {n} 人", "共 {n} 人", "{n} people"),
}

SEXES = {"male": "male", "m": "male", "男": "male", "female": "female", "f": "female", "女": "female"}

STATES: dict[str, tuple[str, str, str]] = {
    "checked_in": ("待分诊", "待分流", "to triage"),
    "waiting": ("候诊", "候診", "waiting"),
    "staged": ("二次候诊", "二次候診", "staged"),
    "called": ("已叫号", "已叫號", "called"),
    "serving": ("就诊中", "就診中", "in room"),
    "held": ("挂起", "掛起", "held"),
    "passed": ("过号", "過號", "missed"),
}


def language_of(tag: str | None) -> str:
    """Our language for a tag such as "zh-CN" or "en-GB"; what we do not set is set in Chinese."""
    tag = (tag or "zh").lower().replace("_", "-")
    if tag.startswith("yue") or tag in {"zh-hk", "zh-hant", "zh-tw", "zh-mo"}:
        return "yue"
    return "en" if tag.startswith("en") else "zh"


def word(name: str, language: str, **values: object) -> str:
    """A printed word or sentence, with its values filled in."""
    return WORDS[name][LANGUAGES.index(language)].format(**values)


def wait_at(kind: str, language: str, hall: str) -> str:
    """Where to wait and for what: the words of a queue's kind, those of a clinic where a kind has none."""
    name = f"wait_at.{kind}"
    return word(name if name in WORDS else "wait_at", language, hall=hall)


def state_word(state: str, language: str) -> str:
    """A ticket's state in words; an unknown one as it came."""
    return STATES[state][LANGUAGES.index(language)] if state in STATES else state


def pick(text: str | Mapping[str, str] | None, language: str) -> str:
    """The text in this language, else in the nearest one there is, else ""."""
    if text is None or isinstance(text, str):
        return text or ""
    for tag in (*_ORDER[language], *text):
        if text.get(tag):
            return text[tag]
    return ""


def both(text: str | Mapping[str, str] | None, language: str) -> str:
    """The text in this language with the Chinese behind it, so that a foreigner can compare it with the signs."""
    own = pick(text, language)
    chinese = pick(text, "zh")
    return own if language != "en" or chinese == own else f"{own} {chinese}"


_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def when(text: str, timezone: str | None) -> str:
    """A time of a report: an instant on the hospital's clock, a partial date (2026, 2026-11) or anything else as it is.

    Two joined by "/" are a period, whose end does not repeat its day.
    """
    parts = []
    for part in text.split("/", maxsplit=1):
        moment = _moment(part.strip())
        parts.append(clock(moment, timezone) if moment else part.strip())
    day, _, end = parts[-1].partition(" ")
    if len(parts) == 2 and end and parts[0].startswith(f"{day} "):
        return f"{parts[0]}–{end}"
    return " – ".join(part for part in parts if part)


def _moment(text: str) -> datetime | None:
    """The instant that a text names, None for a date only and for what is no time."""
    if not _INSTANT.match(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def clock(moment: datetime, timezone: str | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A moment on the hospital's clock; without a time zone, as it was written."""
    return (moment.astimezone(ZoneInfo(timezone)) if timezone else moment).strftime(form)
