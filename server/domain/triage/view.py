"""Owns how a suggestion looks as plain JSON values, for the wire and for the record. Decides nothing."""

from collections.abc import Mapping

from server.domain.triage.scores import Score
from server.domain.triage.suggest import Suggestion


def suggestion_view(suggestion: Suggestion) -> dict[str, object]:
    """{grade, rank, acuity, scores, criteria, missing, stale, notes} of texts, numbers, lists and tables only."""
    return {
        "grade": suggestion.grade,
        "rank": suggestion.rank,
        "acuity": suggestion.acuity.label,
        "scores": {name: _score(score) for name, score in suggestion.scores.items()},
        "criteria": [
            {
                "id": criterion.id,
                "acuity": criterion.acuity.label,
                "names": criterion.message.names(),
                "source": criterion.source,
            }
            for criterion in suggestion.criteria
        ],
        "missing": list(suggestion.missing),
        "stale": list(suggestion.stale),
        "notes": [{"id": note.id, "names": note.message.names()} for note in suggestion.notes],
    }


def _score(score: Score | None) -> Mapping[str, object] | None:
    if score is None:
        return None
    return {"total": score.total, "parts": dict(score.parts), "missing": list(score.missing)}
