"""A program's client of the server: one method per command of the contract. Knows no rules, keeps no state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import httpx

from server.protocol.answers import (
    AlertAnswer,
    Called,
    CheckIn,
    DeviceIdentity,
    Explained,
    Identification,
    LikelyCalls,
    PrintJobAnswer,
    StationAnswer,
    TicketAnswer,
)
from server.protocol.deadline import DeadlineTransport
from server.protocol.json_values import Json, JsonObject
from server.protocol.messages import AlertView, EventPage, PrintJob, Snapshot, StationView, TicketView
from server.protocol.reading import named_job, object_in, read_answer
from server.protocol.terms import Action, AlertKind, AlertOutcome, AnnouncementOutcome, Evidence, PrintJobState
from server.protocol.transport import AnswerUnreadable, HallProblem, HallUnreachable, Transport

__all__ = ["AnswerUnreadable", "HallClient", "HallProblem", "HallUnreachable"]

API = "/api/v1"
Given = TypeVar("Given")


def _said(**fields: Given | None) -> dict[str, Given]:
    """Return the fields that were given, since the contract tells absent from null."""
    return {name: value for name, value in fields.items() if value is not None}


class HallClient:
    """One method per command; each returns a parsed view or raises HallProblem or HallUnreachable.

    Every command carries an Idempotency-Key, a fresh one unless `key` is given, and is sent again under the same key
    on connection errors and 502, 503, 504 until `budget` seconds have passed. No wait for the network takes longer than
    `timeout` seconds, no attempt with its whole answer longer than three times that. Safe between threads; connections
    are kept and shared, also with the views that `at` and `patient` return.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        language: str = "zh",
        http_transport: httpx.BaseTransport | None = None,
        timeout: float = 5.0,
        budget: float = 10.0,
        connections: int = 32,
        transport: Transport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        if transport is None:
            headers = {"Accept-Language": language}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
            http = httpx.Client(
                base_url=self.base_url,
                transport=http_transport or DeadlineTransport(limits),
                timeout=timeout,
                trust_env=False,
            )
            transport = Transport(http, headers, budget, longest=timeout * 3)
        self.transport = transport

    def at(self, moment: datetime | None) -> "HallClient":
        """Return this client with every command happening at `moment`; only a server under HALL_REPLAY=1 accepts it."""
        return HallClient(self.base_url, self.token, transport=self.transport.at(moment))

    def patient(self, budget: float) -> "HallClient":
        """Return this client with another retry budget in seconds; 0 tries once."""
        return HallClient(self.base_url, self.token, transport=self.transport.patient(budget))

    @property
    def skew(self) -> float:
        """Seconds to add to this machine's clock to get the server's, as far as answers tell; see transport.Skew."""
        return self.transport.skew.seconds

    def close(self) -> None:
        """Close the shared connections."""
        self.transport.http.close()

    def __enter__(self) -> "HallClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # people

    def identify(
        self,
        hall: str,
        *,
        scan: str | None = None,
        typed: Mapping[str, str] | None = None,
        how: Evidence = Evidence.KEYBOARD,
        proof: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Identification:
        """Ask who this is, by a scanned text or by typed fields; every failure is `not_identified`.

        A plain string is read as `keyboard`; a text that was read otherwise goes with `how`. A plain number without a
        `proof` (phone_tail, identity_tail or birth_date) is `proof_needed`.
        """
        read = scan if scan is None or how is Evidence.KEYBOARD else {"text": scan, "how": how.value}
        body = _said(hall=hall, scan=read, typed=typed, proof=proof)
        return read_answer(Identification, self.transport.command(f"{API}/identifications", body, key))

    def check_in(
        self,
        hall: str,
        *,
        queue: str | None = None,
        appointment: str | None = None,
        visit_token: str | None = None,
        patient: JsonObject | None = None,
        flags: Sequence[str] | None = None,
        language: str | None = None,
        key: str | None = None,
        **more: Json,
    ) -> CheckIn:
        """Check a patient in; `more` is what staff adds, such as `override_reason`."""
        body: dict[str, Json] = _said(hall=hall, queue=queue, appointment=appointment, visit_token=visit_token)
        body |= _said(patient=patient, flags=None if flags is None else list(flags), language=language)
        body |= _said(**more)
        return read_answer(CheckIn, self.transport.command(f"{API}/check-ins", body, key))

    # tickets

    def ticket(self, ticket: str) -> TicketAnswer:
        """Fetch a ticket with its position and expected wait."""
        return read_answer(TicketAnswer, self.transport.get(f"{API}/tickets/{ticket}"))

    def explanation(self, ticket: str) -> Explained:
        """Ask why it is not this ticket's turn: who goes first by category, and the rule."""
        return read_answer(Explained, self.transport.get(f"{API}/tickets/{ticket}/explanation"))

    def triage(self, ticket: str, *, key: str | None = None, **findings: Json) -> TicketAnswer:
        """Grade a ticket: `vitals`, `findings`, `grade`, `queue`, `reason`, `second`."""
        answer = self.transport.command(f"{API}/tickets/{ticket}/triage", _said(**findings), key)
        return read_answer(TicketAnswer, answer)

    def act(self, ticket: str, action: Action | str, *, key: str | None = None, **body: Json) -> TicketView:
        """Do one action of a ticket's life: recall, arrived, start, pass, hold, return, stage, transfer, … , undo."""
        answer = self.transport.command(f"{API}/tickets/{ticket}/{action}", _said(**body), key)
        return read_answer(TicketAnswer, answer).ticket

    def recall(self, ticket: str, *, key: str | None = None) -> TicketView:
        """Call the same ticket once more."""
        return self.act(ticket, Action.RECALL, key=key)

    def start(self, ticket: str, *, key: str | None = None) -> TicketView:
        """The patient is in the room."""
        return self.act(ticket, Action.START, key=key)

    def finish(self, ticket: str, *, key: str | None = None) -> TicketView:
        """The patient has left."""
        return self.act(ticket, Action.FINISH, key=key)

    def pass_over(self, ticket: str, *, reason: str | None = None, key: str | None = None) -> TicketView:
        """The patient was called and did not come."""
        return self.act(ticket, Action.PASS, key=key, reason=reason)

    def give_back(self, ticket: str, *, reason: str | None = None, key: str | None = None) -> TicketView:
        """Put a passed or held ticket back into its queue."""
        return self.act(ticket, Action.RETURN, key=key, reason=reason)

    def hold(self, ticket: str, reason: str, *, key: str | None = None) -> TicketView:
        """Send the patient away for a while."""
        return self.act(ticket, Action.HOLD, key=key, reason=reason)

    def transfer(self, ticket: str, queue: str, reason: str, *, key: str | None = None, **where: str) -> TicketView:
        """Move a ticket to another queue; `where` may name `hall` and `doctor`."""
        return self.act(ticket, Action.TRANSFER, key=key, queue=queue, reason=reason, **where)

    def prioritise(self, ticket: str, tag: str, evidence: str, *, key: str | None = None) -> TicketView:
        """Give a ticket a policy priority, with what was shown for it."""
        return self.act(ticket, Action.PRIORITISE, key=key, tag=tag, evidence=evidence)

    def stage(self, ticket: str, station: str, *, key: str | None = None) -> TicketView:
        """Send a ticket ahead to a room's short list."""
        return self.act(ticket, Action.STAGE, key=key, station=station)

    def undo(self, ticket: str, *, key: str | None = None) -> TicketView:
        """Take back the last action on a ticket."""
        return self.act(ticket, "undo", key=key)

    # stations

    def call_next(
        self,
        station: str,
        *,
        finish_current: bool | None = None,
        ticket: str | None = None,
        reason: str | None = None,
        key: str | None = None,
    ) -> Called:
        """Call the next ticket to a station, or a chosen one with a reason."""
        body = _said(finish_current=finish_current, ticket=ticket, reason=reason)
        return read_answer(Called, self.transport.command(f"{API}/stations/{station}/call-next", body, key))

    def set_station(self, station: str, action: str, *, key: str | None = None, **body: Json) -> StationView:
        """Open, pause or stop a station; `body` may hold `doctor`, `reason`, `minutes`."""
        answer = self.transport.command(f"{API}/stations/{station}/{action}", _said(**body), key)
        return read_answer(StationAnswer, answer).station

    # reading

    def snapshot(self, hall: str) -> Snapshot:
        """Fetch the whole of a hall."""
        return read_answer(Snapshot, self.transport.get(f"{API}/halls/{hall}/snapshot"))

    def events(self, hall: str, after: int, *, epoch: str | None = None, limit: int | None = None) -> EventPage:
        """Fetch events after a position; a position that cannot be continued is refused with `reload`."""
        params: dict[str, str | int] = _said(after=after, epoch=epoch, limit=limit)
        return read_answer(EventPage, self.transport.get(f"{API}/halls/{hall}/events", params))

    # announcements and paper

    def announcement_outcome(self, announcement: str, outcome: AnnouncementOutcome, *, key: str | None = None) -> None:
        """Say what became of an announcement at the loudspeaker."""
        object_in(self.transport.command(f"{API}/announcements/{announcement}/outcome", _said(outcome=outcome), key))

    def likely_calls(self, hall: str) -> LikelyCalls:
        """Ask what will probably be spoken next (callers only), to render it ahead."""
        return read_answer(LikelyCalls, self.transport.get(f"{API}/halls/{hall}/announcements/ahead"))

    def claim_print_job(self, besides: Sequence[str] = ()) -> PrintJob | None:
        """Take the next print job under a lease, but none of `besides`, whose ends could not be told yet; or nothing.

        Tried once. Raises AnswerUnreadable with the id of a job that came and that this program cannot read.
        """
        answer = self.transport.once("POST", f"{API}/print-jobs/claim", {"besides": list(besides)} if besides else {})
        try:
            return read_answer(PrintJobAnswer, answer).print_job
        except AnswerUnreadable:
            job, lease = named_job(answer)
            raise AnswerUnreadable(None, "print job", job, lease) from None

    def report_print_job(
        self, job: str, state: PrintJobState, evidence: str | None = None, *, key: str | None = None, **more: Json
    ) -> PrintJob | None:
        """Say how a print job ended, with the printer's own evidence; `more` is what a newer server may ask for."""
        answer = self.transport.command(
            f"{API}/print-jobs/{job}/report", _said(state=state, evidence=evidence, **more), key
        )
        return read_answer(PrintJobAnswer, answer).print_job

    def reprint(self, job: str, reason: str, *, key: str | None = None, **more: Json) -> PrintJob | None:
        """Print the same paper again, marked as a copy; `more` is a kiosk's `visit_token`, which proves whose it is."""
        answer = self.transport.command(f"{API}/print-jobs/{job}/reprint", {"reason": reason, **more}, key)
        return read_answer(PrintJobAnswer, answer).print_job

    def print_list(self, hall: str, *, queues: Sequence[str] = (), key: str | None = None) -> PrintJob | None:
        """Print who waits, for the day everything is down: the whole hall, or some queues."""
        answer = self.transport.command(f"{API}/halls/{hall}/lists", {"queues": list(queues)}, key)
        return read_answer(PrintJobAnswer, answer).print_job

    def deliver_report(self, bundle: JsonObject, *, key: str | None = None) -> JsonObject:
        """Hand in a report as a FHIR R4 bundle (hospital systems)."""
        return object_in(self.transport.command(f"{API}/reports", bundle, key))

    def print_report(
        self, report: str, visit_token: str, *, language: str | None = None, key: str | None = None
    ) -> PrintJob | None:
        """Ask for a report on this kiosk's paper, in `language` or else the patient's own."""
        body = _said(visit_token=visit_token, language=language)
        answer = self.transport.command(f"{API}/reports/{report}/print", body, key)
        return read_answer(PrintJobAnswer, answer).print_job

    # alerts and devices

    def raise_alert(
        self, kind: AlertKind, *, ticket: str | None = None, key: str | None = None, **more: Json
    ) -> AlertView:
        """Ask for staff: `help` or `worse`."""
        answer = self.transport.command(f"{API}/alerts", _said(kind=kind, ticket=ticket, **more), key)
        return read_answer(AlertAnswer, answer).alert

    def acknowledge_alert(self, alert: str, *, going: str | None = None, key: str | None = None) -> AlertView:
        """Say that somebody goes; `going` is who, in words for the patient."""
        answer = self.transport.command(f"{API}/alerts/{alert}/acknowledge", _said(going=going), key)
        return read_answer(AlertAnswer, answer).alert

    def close_alert(self, alert: str, outcome: AlertOutcome, *, key: str | None = None) -> AlertView:
        """Say how it ended."""
        answer = self.transport.command(f"{API}/alerts/{alert}/close", {"outcome": outcome}, key)
        return read_answer(AlertAnswer, answer).alert

    def alert(self, alert: str) -> AlertAnswer:
        """Ask how an alert stands: whether somebody comes. A kiosk may ask about its own."""
        return read_answer(AlertAnswer, self.transport.get(f"{API}/alerts/{alert}"))

    def me(self) -> DeviceIdentity:
        """Ask what device this token is, and of which hall."""
        return read_answer(DeviceIdentity, self.transport.get(f"{API}/devices/me"))

    def heartbeat(self, seen_seq: int, health: JsonObject, epoch: str | None = None) -> None:
        """Say that this device lives, how far it has followed in which epoch, and how its parts are."""
        beat = {"seen_seq": seen_seq, "health": dict(health), **({"epoch": epoch} if epoch else {})}
        object_in(self.transport.once("POST", f"{API}/devices/me/heartbeat", beat))

    # hospital systems

    def import_rows(self, kind: str, rows: Sequence[Mapping[str, str]], *, key: str | None = None) -> JsonObject:
        """Import `patients`, `appointments` or `staff`, rows by the names of the CSV's columns (service accounts)."""
        body = {"rows": [dict(row) for row in rows]}
        return object_in(self.transport.command(f"{API}/imports/{kind}", body, key))
