"""The bodies of commands about patients: who is this, check in, a code of the desk."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from server.domain.identity.spelling import fold_code
from server.protocol.terms import DocumentType, Evidence, Proof
from server.services.core.requests import Blank, Body, Id, PersonName, Reason, ShortText


def _folded(text: object) -> object:
    """The last four of a number in one spelling: an input method may write them in full width."""
    return fold_code(text) if isinstance(text, str) else text


Tail = Annotated[str, BeforeValidator(_folded), Field(min_length=4, max_length=4)]


class PatientBody(Body):
    """A patient as named at a kiosk or console. More than a name counts as an identification."""

    name: PersonName
    sex: Literal["female", "male", "other", "unknown"] | None = None
    birth_date: date | None = None
    identity_number: Annotated[str | None, Field(max_length=32), Blank] = None
    document_type: DocumentType | None = None
    record_number: Annotated[str | None, Field(max_length=64), Blank] = None
    phone: Annotated[str | None, Field(max_length=32), Blank] = None
    language: Annotated[str | None, Field(max_length=16), Blank] = None
    name_reading: Annotated[str | None, Field(max_length=200), Blank] = None

    @property
    def is_name_only(self) -> bool:
        """Whether nothing but a name was given: then this is a new person each time."""
        return not (self.identity_number or self.record_number or self.phone or self.birth_date)


class ProofBody(Body):
    """What only the owner of a number knows; several must all fit."""

    phone_tail: Tail | None = None
    identity_tail: Tail | None = None
    birth_date: date | None = None

    def given(self) -> dict[Proof, str]:
        """The proofs that were given, in the spelling they are compared in."""
        born = self.birth_date.isoformat() if self.birth_date else None
        all_of_them = {
            Proof.PHONE_TAIL: self.phone_tail,
            Proof.IDENTITY_TAIL: self.identity_tail,
            Proof.BIRTH_DATE: born,
        }
        return {proof: value for proof, value in all_of_them.items() if value}


class Typed(ProofBody):
    """What a patient typed: something that names them and something that only they know."""

    code: Annotated[str | None, Field(max_length=128), Blank] = None
    name: Annotated[str, Field(max_length=100)] | None = None


class ScanBody(Body):
    """A text that was read, and how it came; a plain string stands for one that a keyboard could have sent."""

    text: Annotated[str, Field(min_length=1, max_length=512)]
    how: Evidence = Evidence.KEYBOARD


LookupReason = Literal["emergency", "referral", "identity", "request"]
"""Why a desk breaks the glass: danger, sent here by somebody, telling two people apart, the patient's own request."""
ScanText = Annotated[str | None, Field(min_length=1, max_length=512), Blank]


class IdentifyBody(Body):
    """Who is this: a scanned code with a proof beside it, or what was typed; `patient` is the desk's choice.

    `reason` is why a desk has to see all of a patient who is not of its hall today; it goes into the trail.
    """

    hall: Id
    scan: ScanText | ScanBody = None
    proof: ProofBody | None = None
    typed: Typed | None = None
    patient: Id | None = None
    reason: LookupReason | None = None


class DeskCodeBody(Body):
    """A one-time code for the patient of this visit token or this ticket, whose card the desk has looked at."""

    hall: Id
    visit_token: Annotated[str | None, Field(min_length=1, max_length=2000)] = None
    ticket: Id | None = None
    document_seen: Reason

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.visit_token is None) == (self.ticket is None):
            raise ValueError("give visit_token or ticket")
        return self


class CheckInBody(Body):
    """Check in. `print` false asks for no paper; `alert` is the call that turned out not urgent, and ends with this.

    `same_as` answers the question who this is: a patient's id, or `new`.
    """

    hall: Id
    queue: Id | None = None
    appointment: Id | None = None
    visit_token: Annotated[str, Field(max_length=2000)] | None = None
    patient: PatientBody | None = None
    flags: list[ShortText] | None = Field(None, max_length=20)
    language: Annotated[str, Field(max_length=16)] | None = None
    tags: list[ShortText] = Field(default_factory=list, max_length=5)
    evidence: Reason | None = None
    doctor: Id | None = None
    override_reason: Reason | None = None
    alert: Id | None = None
    same_as: Id | None = None
    print: bool = True
