"""The suggested grade: the worst of its criteria, with words for each, and nothing that is missing as a comfort."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.triage import Acuity, Vitals, suggest_grade, suggestion_view
from server.services.core.rule_files import load_findings, load_scales

SCALES = load_scales(None)
ED, OPD = SCALES["CN-ED-2018"], SCALES["CN-OPD"]
CATALOGUE = load_findings(None)
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
CALM = Vitals(
    respiration=16, spo2=98, oxygen=False, systolic=120, pulse=70, temperature=36.6, consciousness="A", pain=0
)


def suggest(vitals=CALM, ids=(), age=40, pregnant=False, scale=ED, now=None):
    """The suggestion for an adult unless said otherwise."""
    return suggest_grade(vitals, CATALOGUE.pick(ids), age, pregnant, scale, now=now)


def fired(suggestion):
    """Ids of the criteria that fired."""
    return [criterion.id for criterion in suggestion.criteria]


def test_a_calm_patient_fires_nothing_and_waits_in_order():
    suggestion = suggest()
    assert ("Ⅳa", 4, ()) == (suggestion.grade, suggestion.rank, suggestion.criteria)
    assert 0 == suggestion.scores["news2"].total
    assert () == suggestion.missing


def test_nothing_measured_is_no_reason_to_wait_longest():
    suggestion = suggest(Vitals())
    assert "Ⅳa" == suggestion.grade
    assert (
        "respiration",
        "spo2",
        "oxygen",
        "systolic",
        "pulse",
        "temperature",
        "consciousness",
        "pain",
    ) == suggestion.missing
    assert "Not measured: respiration, oxygen saturation" in suggestion.notes[0].message.text("en")


def test_only_a_finding_that_says_so_leads_to_the_last_level():
    assert "Ⅳb" == suggest(ids=["paperwork"]).grade


@pytest.mark.parametrize(
    ("vitals", "grade", "criteria"),
    [
        (Vitals(pulse=150), "Ⅱ", ["objective.pulse", "news2.single"]),
        (Vitals(respiration=25), "Ⅲ", ["news2.single"]),
        (Vitals(respiration=22, temperature=38.5, systolic=95), "Ⅲ", ["news2.total"]),
        (Vitals(respiration=24, oxygen=True, systolic=95, temperature=38.5), "Ⅱ", ["news2.total"]),
        (Vitals(respiration=22, pulse=95, systolic=105), "Ⅳa", []),
        (Vitals(pain=7), "Ⅱ", ["objective.pain"]),
        (Vitals(temperature=41.5), "Ⅰ", ["objective.temperature"]),
    ],
)  # fmt: skip
def test_vitals_alone_lead_to_the_worst_of_table_and_score(vitals, grade, criteria):
    suggestion = suggest(vitals)
    assert grade == suggestion.grade
    assert criteria == fired(suggestion)


@pytest.mark.parametrize(("age", "pregnant"), [(15, False), (0.5, False), (30, True)])
def test_neither_news2_nor_mews_under_sixteen_or_in_pregnancy(age, pregnant):
    suggestion = suggest(Vitals(respiration=8, temperature=34), age=age, pregnant=pregnant)
    assert {"news2": None, "mews": None} == dict(suggestion.scores)
    assert [] == fired(suggestion)
    assert "news2" in [note.id for note in suggestion.notes]


@pytest.mark.parametrize(("age", "score"), [(16, 6), (None, 6)])
def test_news2_from_sixteen_on_and_when_the_age_is_unknown(age, score):
    assert score == suggest(Vitals(respiration=8, temperature=34), age=age).scores["news2"].total


def test_a_child_in_the_danger_zone_is_at_least_urgent_and_second_thoughts_are_asked_for():
    suggestion = suggest(Vitals(respiration=45), age=2)
    assert "Ⅲ" == suggestion.grade
    assert ["danger_zone.respiration"] == fired(suggestion)
    assert "Child in the danger zone: consider level Ⅱ" in [note.message.text("en") for note in suggestion.notes]


def test_esi_asks_for_a_second_thought_for_adults_too():
    suggestion = suggest(Vitals(respiration=21, pulse=99), scale=SCALES["ESI"])
    assert "4" == suggestion.grade
    assert "ESI danger-zone vitals: consider level 2" in [note.message.text("en") for note in suggestion.notes]


@pytest.mark.parametrize(
    ("vitals", "ids", "criterion"),
    [
        (Vitals(systolic=160), [], "pregnancy.systolic"),
        (Vitals(pain=1), [], "pregnancy.pain"),
        (Vitals(), ["vaginal_bleeding"], "pregnancy.vaginal_bleeding"),
        (Vitals(), ["headache"], "pregnancy.headache"),
        (Vitals(), ["abdominal_pain"], "pregnancy.abdominal_pain"),
        (Vitals(), ["appendicitis_signs"], "pregnancy.appendicitis_signs"),
        (Vitals(), ["flank_pain"], "pregnancy.flank_pain"),
        (Vitals(), ["pain_elsewhere"], "pregnancy.pain_elsewhere"),
        (Vitals(), ["bleeding_minor"], "pregnancy.bleeding_minor"),
        (Vitals(), ["rectal_bleeding"], "pregnancy.rectal_bleeding"),
    ],
)
def test_bleeding_pain_headache_and_high_pressure_in_pregnancy_are_level_two(vitals, ids, criterion):
    suggestion = suggest(vitals, ids, pregnant=True)
    assert "Ⅱ" == suggestion.grade
    assert criterion == fired(suggestion)[0]
    assert "Ⅱ" != suggest(vitals, ids, pregnant=False).grade


@pytest.mark.parametrize(
    ("ids", "age", "grade"),
    [
        (["abdominal_pain"], 65, "Ⅳa"), (["abdominal_pain"], 66, "Ⅲ"), (["cardiac_arrest"], 40, "Ⅰ"),
        (["stroke_signs"], 40, "Ⅱ"), (["asthma_stable"], 40, "Ⅲ"), (["foreign_body"], 40, "Ⅳa"),
        (["syncope"], 40, "Ⅲ"), (["syncope"], 66, "Ⅱ"), (["paperwork", "chest_pain"], 40, "Ⅱ"),
    ],
)  # fmt: skip
def test_what_the_nurse_finds_counts_with_its_own_level(ids, age, grade):
    assert grade == suggest(ids=ids, age=age).grade


def test_an_infection_with_two_sirs_criteria_is_suspected_sepsis_where_the_scale_says_two():
    feverish = Vitals(temperature=38.5, pulse=95, respiration=18)
    assert "Ⅱ" == suggest(feverish, ["fever"]).grade
    assert "Ⅳa" == suggest(feverish).grade
    assert "U" == suggest(feverish, ["fever"], scale=OPD).grade
    assert "R" == suggest(Vitals(temperature=38.5, pulse=95, respiration=21), ["fever"], scale=OPD).grade


@pytest.mark.parametrize(
    ("age", "pulse", "respiration", "grade"),
    [(2, 130, 30, "Ⅲ"), (2, 145, 41, "Ⅱ"), (6, 120, 24, "Ⅲ"), (6, 120, 31, "Ⅱ"), (16, 120, 18, "Ⅱ")],
)
def test_a_feverish_child_is_no_suspected_sepsis_by_an_adults_pulse(age, pulse, respiration, grade):
    assert grade == suggest(Vitals(temperature=38.8, pulse=pulse, respiration=respiration), ["fever"], age=age).grade


def test_who_does_not_breathe_is_of_the_first_level():
    suggestion = suggest(Vitals(respiration=0))
    assert "Ⅰ" == suggestion.grade
    assert "Respiration 0 /min (0)" == suggestion.criteria[0].message.text("en")
    assert "Ⅲ" == suggest(Vitals(respiration=1)).grade


@pytest.mark.parametrize(
    ("vitals", "ids", "grade"),
    [
        (CALM, [], "N"), (Vitals(pain=4), [], "U"), (Vitals(pain=7), [], "R"), (Vitals(temperature=38.9), [], "N"),
        (Vitals(temperature=39.0), [], "U"), (Vitals(respiration=25), [], "U"),
        (Vitals(respiration=24, oxygen=True, systolic=95, temperature=38.5), [], "R"), (CALM, ["chest_pain"], "R"),
        (CALM, ["syncope"], "R"), (CALM, ["dialysis"], "U"), (CALM, ["bleeding_after_operation"], "U"),
        (CALM, ["self_harm_risk"], "R"), (CALM, ["small_injury"], "N"),
    ],
)  # fmt: skip
def test_outpatients_are_escorted_urgent_or_ordinary(vitals, ids, grade):
    assert grade == suggest(vitals, ids, scale=OPD).grade


@pytest.mark.parametrize("scale_id", SCALES)
def test_a_heart_that_stopped_is_the_first_level_of_every_scale(scale_id):
    assert 1 == suggest(ids=["cardiac_arrest"], scale=SCALES[scale_id]).rank


@pytest.mark.parametrize(
    ("vitals", "minutes", "stale"),
    [(Vitals(pulse=120), 30, ()), (Vitals(pulse=120), 31, ("pulse",)), (Vitals(pulse=70), 60, ()),
     (Vitals(pulse=70), 61, ("pulse",)), (Vitals(pulse=160), 31, ("pulse",))],
)  # fmt: skip
def test_old_vitals_say_so_sooner_in_urgent_patients_and_lower_nothing(vitals, minutes, stale):
    measured = Vitals(pulse=vitals.pulse, measured_at=NOW - timedelta(minutes=minutes))
    suggestion = suggest(measured, now=NOW)
    assert stale == suggestion.stale
    assert bool(stale) == ("stale" in [note.id for note in suggestion.notes])
    assert suggest(vitals).grade == suggestion.grade


def test_severe_pain_asks_a_nurse_to_look_within_ten_minutes():
    assert "pain" in [note.id for note in suggest(Vitals(pain=8), scale=OPD).notes]


def test_mews_is_shown_with_its_action_but_changes_no_grade():
    suggestion = suggest(Vitals(respiration=21, pulse=99, systolic=92))
    assert ("Ⅲ", 3) == (suggestion.grade, suggestion.scores["mews"].total)
    watched = suggest(Vitals(respiration=21, temperature=38.6))
    assert "MEWS is 4: watch closely" in [note.message.text("en") for note in watched.notes]
    assert Acuity.IVA == watched.acuity


def test_a_suggestion_is_said_in_plain_json():
    view = suggestion_view(suggest(Vitals(pulse=150, consciousness="A"), ["stroke_signs"], now=NOW))
    assert view == json.loads(json.dumps(view))
    assert ("Ⅱ", 2, "Ⅱ") == (view["grade"], view["rank"], view["acuity"])
    assert ["objective.pulse", "finding.stroke_signs", "news2.single"] == [each["id"] for each in view["criteria"]]
    assert {"pulse": 3, "consciousness": 0} == view["scores"]["news2"]["parts"]


def test_every_criterion_has_words_in_both_languages_and_a_source():
    suggestion = suggest(Vitals(pulse=190, pain=9, consciousness="V", spo2=85), ["stroke_signs"])
    assert len(suggestion.criteria) == 6
    for criterion in suggestion.criteria:
        assert criterion.message.text("zh")
        assert criterion.message.text("en")
        assert criterion.source
