"""How ill and how soon: scales, scores, criteria and the suggested grade. Knows no storage; the nurse decides."""

from server.domain.triage.scale import Acuity, Level, LocalCriterion, Scale
from server.domain.triage.scale_file import parse_scale

__all__ = ["Acuity", "Level", "LocalCriterion", "Scale", "parse_scale"]
