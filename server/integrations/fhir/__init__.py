"""Reading FHIR R4 bundles of reports into the plain form that the hall keeps. What is not read is not judged."""

from collections.abc import Mapping

from server.domain.errors import HallError
from server.domain.reports.received import Received
from server.integrations.fhir.bundle import roots
from server.integrations.fhir.report import read_report
from server.protocol.terms import ErrorCode

MOST_REPORTS = 500


def read_bundle(raw: Mapping[str, object]) -> list[Received]:
    """The reports of a bundle and of the bundles inside it, in their order.

    Raises invalid when it is no FHIR R4 bundle, holds no or more than 500 DiagnosticReports, when a report is not
    about one patient, or when what is read of a resource is not as R4 has it; the resource is named.
    """
    found = [(root, report) for root in roots(dict(raw)) for report in root.of_kind("DiagnosticReport")]
    if not found:
        raise HallError(ErrorCode.INVALID, "the bundle holds no DiagnosticReport")
    if len(found) > MOST_REPORTS:
        raise HallError(ErrorCode.INVALID, f"a bundle has at most {MOST_REPORTS} reports")
    return [read_report(root, report) for root, report in found]
