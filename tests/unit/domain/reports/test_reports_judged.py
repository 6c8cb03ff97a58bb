"""A report's texts are judged once, when it is read; what is kept counts until the rules change."""

from dataclasses import replace

import pytest

from server.domain.reports import decision
from server.domain.reports.decision import Kept, Reason, decide, judge
from server.domain.reports.received import dumped, loaded
from server.domain.reports.withheld import WithheldRules, parse
from server.services.reports.judging import judged, withheld_rules
from tests.support.reports import NOW, ZHANG_SAN, read, reasons

HIV = {"result": {"code": {"text": "HIV抗体"}}}


def reasons_of(report, rules):
    return decide(report, report.status, Kept(), ZHANG_SAN, rules, NOW).reasons


def test_a_kept_report_is_not_read_again_when_somebody_asks(monkeypatch):
    """A1, P9: at each listing every text was searched again, inside the hall's transaction."""
    (report,) = judged([read(**HIV)])
    kept = loaded(dumped(report))
    monkeypatch.setattr(decision, "judge", lambda *_: pytest.fail("the texts were read again"))
    assert (Reason.WITHHELD,) == reasons_of(kept, withheld_rules())


def test_changed_rules_judge_a_kept_report_again():
    """A1, P9"""
    (report,) = judged([read()])
    stricter = parse('[[class]]\nid = "sugar"\nwords = ["血糖"]')
    assert () == reasons_of(report, withheld_rules())
    assert (Reason.WITHHELD,) == reasons_of(loaded(dumped(report)), stricter)


def test_a_report_of_an_older_server_is_judged_when_somebody_asks():
    """A1, P9"""
    old = {name: value for name, value in dumped(read(**HIV)).items() if name != "judged"}
    assert (Reason.WITHHELD,) == reasons_of(loaded(old), withheld_rules())


def test_a_critical_value_stays_critical_when_kept():
    """A1, P8"""
    (report,) = judged([read(result={"interpretation": [{"text": "危急值"}]})])
    assert loaded(dumped(report)).judged.critical


def test_a_text_without_any_word_is_searched_once_for_all_classes():
    """A1: eight classes searched each text twice, each with what is harmless in it."""
    rules = withheld_rules()
    none = [replace(one, words=None, exact=None, harmless=None) for one in rules.classes]
    assert () == rules.classes_of(["y" * 1900] * 100, [])
    assert ("hiv",) == rules.classes_of(["y" * 1900, "HIV"], [])
    blind = WithheldRules(tuple(none), rules.labels, rules.any_word, rules.any_exact, rules.version)
    assert () == blind.classes_of(["HIV"], [])


@pytest.mark.parametrize("notes", [11, 100, 400])
def test_notes_count_among_the_characters_of_a_paper(notes):
    """A1: a hundred notes were no long report."""
    assert ["too_long"] == reasons(result={"note": [{"text": "y" * 1900}] * notes})


def test_the_rules_kept_with_a_report_are_those_of_today():
    """A1"""
    report = read(**HIV)
    assert judge(report, withheld_rules()) == judged([report])[0].judged
    assert withheld_rules().version
