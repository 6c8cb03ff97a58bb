"""How ill and how soon: scales, scores, criteria and the suggested grade. Knows no storage; the nurse decides."""

from server.domain.triage.complaint import find_findings
from server.domain.triage.decision import OverrideNeeds, override_needs, reassess_at
from server.domain.triage.findings import Catalogue, Finding, parse_findings
from server.domain.triage.notes import Note
from server.domain.triage.objective import Criterion
from server.domain.triage.scale import Acuity, Level, LocalCriterion, Scale
from server.domain.triage.scale_file import parse_scale
from server.domain.triage.scores import Score, mews, news2, sirs
from server.domain.triage.screening import FLAGS, Flag, Screened, has_fever, patient_text, screen
from server.domain.triage.suggest import WITHOUT_CRITERIA, Suggestion, suggest_grade
from server.domain.triage.view import suggestion_view
from server.domain.triage.vitals import Question, Vitals, check_vitals, unlikely

__all__ = [
    "FLAGS",
    "WITHOUT_CRITERIA",
    "Acuity",
    "Catalogue",
    "Criterion",
    "Finding",
    "Flag",
    "Level",
    "LocalCriterion",
    "Note",
    "OverrideNeeds",
    "Question",
    "Scale",
    "Score",
    "Screened",
    "Suggestion",
    "Vitals",
    "check_vitals",
    "find_findings",
    "has_fever",
    "mews",
    "news2",
    "override_needs",
    "parse_findings",
    "parse_scale",
    "patient_text",
    "reassess_at",
    "screen",
    "sirs",
    "suggest_grade",
    "suggestion_view",
    "unlikely",
]
