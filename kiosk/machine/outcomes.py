"""Owns what the answers of server and printer turn the kiosk into. Knows no touch and no time."""

from dataclasses import replace

from kiosk.machine.effects import AskPosition, SettlePaper
from kiosk.machine.events import Alerted, Away, Paper, Refused, Result
from kiosk.machine.options import all_options, is_away, is_for_now, options_of
from kiosk.machine.state import Finished, Hall, Message, Option, Screen, State, Task
from kiosk.machine.steps import Step, effect_id, go, notice, print_next, put_on_paper, request, staff_informed, stay
from server.protocol.answers import CheckIn, Choices, Identification, TicketAnswer
from server.protocol.messages import PrintJob
from server.protocol.slot_terms import When
from server.protocol.terms import NOBODY_WAITS, ErrorCode, PrintJobState

TRIES = 3
"""After so many failed identifications the kiosk sends to a person instead of asking again."""
ONE_SCREEN = Hall("")


def settle(state: State, result: Result) -> Step:
    """What the answer to the effect that is being waited for leads to."""
    match result:
        case Identification():
            return _identified(replace(state, identity=result, failures=0, proofs=()), result.choices)
        case CheckIn():
            return checked_in(state, result)
        case TicketAnswer():
            return go(replace(state, finished=_place(state, result)), Screen.PLACE), ()
        case PrintJob():
            return put_on_paper(state, result)
        case Paper():
            return _paper(state, result)
        case Alerted():
            return staff_informed(state, "staff_called", result.alert)
        case Refused():
            return _refused(state, result)
        case Away():
            return away(state)


def unclaimed(result: Result) -> tuple[SettlePaper, ...]:
    """What is still owed when an answer comes for somebody who has left: their paper is not printed, staff sees it."""
    job = result.print_job if isinstance(result, CheckIn) else result if isinstance(result, PrintJob) else None
    return (SettlePaper(job, PrintJobState.FAILED, NOBODY_WAITS),) if job else ()


def away(state: State) -> Step:
    """The server did not answer: say where to go instead. A danger must not get lost with it.

    An answer that comes while the patient still reads this is taken after all.
    """
    if state.flags:
        shown = go(state, Screen.STAFF, message=Message("danger_away"))
    else:
        shown, _ = notice(state, "help_by_foot" if state.task is Task.HELP else "away")
    return replace(shown, waiting_for=state.waiting_for), ()


def checked_in(state: State, answer: CheckIn) -> Step:
    """A ticket to print and show, or staff on the way."""
    if answer.ticket is None:
        text = answer.text if isinstance(answer.text, dict) else None
        key = "fever" if state.flags == ("fever",) else "red_flag"
        return staff_informed(state, key, answer.alert.id if answer.alert else None, text)
    slip, hall = answer.slip, state.hall or ONE_SCREEN
    finished = Finished(
        number=answer.ticket.number,
        place=(slip.place if slip else {}) or hall.name,
        queue=slip.queue if slip else hall.queue_name(answer.ticket.queue),
        ahead=slip.ahead if slip else None,
        wait_low=slip.wait_low if slip else None,
        wait_high=slip.wait_high if slip else None,
        note=slip.note if slip else {},
        again=bool(state.choice and state.choice.kind == "ticket"),
    )
    if answer.print_job is None:
        return go(replace(state, finished=finished), Screen.DONE), ()
    return put_on_paper(replace(state, finished=finished), answer.print_job)


def _identified(state: State, choices: Choices) -> Step:
    hall = state.hall or ONE_SCREEN
    tickets = options_of("ticket", choices.tickets, hall)
    if state.task is Task.REPORTS:
        return _reports(state, choices, hall)
    if state.task is Task.PLACE:
        return choose_from(state, tickets, otherwise="no_ticket")
    if state.task is Task.PASSED:
        missed = tuple(ticket for ticket in tickets if is_away(ticket))
        return choose_from(state, missed or tickets, otherwise="no_ticket")
    if state.task is Task.WALK_IN and state.choice is not None:
        return go(state, Screen.HEALTH), ()
    found = all_options(choices, hall)
    if tickets and not any(is_for_now(option) or is_away(option) for option in found if option.kind != "queue"):
        elsewhere = tuple(option for option in found if option.kind == "appointment")
        return choose_from(state, tickets + elsewhere, otherwise="no_ticket")
    return choose_from(state, found, otherwise="no_appointment")


def choose_from(state: State, options: tuple[Option, ...], otherwise: str) -> Step:
    """Ask which, unless there is only one; without any, say what to do."""
    if not options:
        return notice(state, otherwise)
    if len(options) == 1 and options[0].kind != "queue":
        return chosen(replace(state, options=options), options[0])
    return go(replace(state, options=options), Screen.CHOOSE), ()


def chosen(state: State, option: Option) -> Step:
    """Where a choice leads: a ticket that stands in its queue is looked up, others are checked in."""
    state = replace(state, choice=option)
    if option.kind == "ticket":
        if state.task is Task.PLACE or not is_away(option):
            return request(state, AskPosition(effect_id(state), option.id))
        return go(state, Screen.CONFIRM), ()
    if option.kind == "appointment" and not is_for_now(option):
        when = When(str(option.facts.get("when", When.NOW)))
        about = "elsewhere" if option.facts.get("here") is False else when.value
        return go(state, Screen.DIRECTION, message=Message(about)), ()
    if option.kind == "queue" and state.identity is None:
        return go(state, Screen.IDENTIFY), ()
    return go(state, Screen.HEALTH), ()


def _reports(state: State, choices: Choices, hall: Hall) -> Step:
    reports = options_of("report", choices.reports, hall)
    if state.identity is None or state.identity.level < 2:
        if state.identity is not None and state.identity.proofs and state.asked is not None:
            asks = tuple(state.identity.proofs)
            return go(replace(state, proofs=asks), Screen.PROOF, message=Message("report_needs_proof")), ()
        return notice(state, "report_needs_more")
    if not reports:
        return notice(state, "no_reports")
    return go(replace(state, options=reports), Screen.REPORTS), ()


def _place(state: State, answer: TicketAnswer) -> Finished:
    hall = state.hall or ONE_SCREEN
    return Finished(
        number=answer.ticket.number,
        place=hall.stations.get(answer.ticket.station or "", {}) or hall.name,
        queue=hall.queue_name(answer.ticket.queue),
        ahead=answer.position,
        wait_low=answer.wait_low,
        wait_high=answer.wait_high,
        later=tuple((one.reason, one.count) for one in answer.wait_reason.categories) if answer.wait_reason else (),
        reason=answer.ticket.state,
    )


def _paper(state: State, paper: Paper) -> Step:
    if state.finished is None:
        return _report_paper(state, paper)
    if paper.state is PrintJobState.UNKNOWN:
        return go(state, Screen.ASK_PAPER), ()
    return go(replace(state, finished=replace(state.finished, paper=paper.state, reason=paper.reason)), Screen.DONE), ()


def _report_paper(state: State, paper: Paper) -> Step:
    if paper.state is PrintJobState.UNKNOWN:
        return go(state, Screen.ASK_PAPER), ()
    if paper.state is PrintJobState.FAILED:
        return go(replace(state, to_print=()), Screen.REPORTS, message=Message("report_not_printed")), ()
    return report_printed(state)


def report_printed(state: State) -> Step:
    """One report is on paper: print the next that was chosen, or show the list again."""
    done = state.printed | {option.id for option in state.to_print[:1]}
    return print_next(replace(state, printed=done, to_print=state.to_print[1:]))


def _refused(state: State, refused: Refused) -> Step:
    if refused.code == ErrorCode.NOT_IDENTIFIED:
        return _not_identified(state)
    if refused.code == ErrorCode.PROOF_NEEDED and state.asked is not None and state.identity is None:
        proofs = refused.problem.get("proofs")
        known = tuple(map(str, proofs)) if isinstance(proofs, list) else ()
        return go(replace(state, proofs=known), Screen.PROOF), ()
    if refused.code == ErrorCode.CHOOSE:
        choices = Choices.model_validate(refused.problem.get("choices") or {})
        return choose_from(state, all_options(choices, state.hall or ONE_SCREEN), otherwise="no_appointment")
    if state.flags:
        return go(state, Screen.STAFF, message=Message("danger_away")), ()
    if state.to_print:
        rest = replace(state, to_print=())
        return go(rest, Screen.REPORTS, message=Message(f"problem.{refused.code}")), ()
    return notice(state, f"problem.{refused.code}")


def _not_identified(state: State) -> Step:
    failures = state.failures + 1
    if failures >= TRIES:
        return notice(replace(state, failures=failures), "too_many_tries")
    if state.proofs and state.asked is not None and state.asked.proof:
        return go(replace(state, failures=failures), Screen.PROOF, message=Message("proof_wrong")), ()
    return go(replace(state, failures=failures), Screen.IDENTIFY, message=Message("not_found")), ()


def paper_seen(state: State, value: str) -> Step:
    """The printer could not say whether it printed, the patient can: their word goes to staff, it proves nothing."""
    if state.job is None or value not in ("yes", "no"):
        return stay(state)
    came = value == "yes"
    outcome = PrintJobState.UNKNOWN if came else PrintJobState.FAILED
    settled = SettlePaper(
        state.job, outcome, "the patient says it came out" if came else "the patient says nothing came"
    )
    if state.finished is not None:
        shown = replace(state.finished, paper=PrintJobState.PRINTED if came else PrintJobState.FAILED)
        return go(replace(state, finished=shown), Screen.DONE), (settled,)
    if came:
        after, effects = report_printed(state)
        return after, (settled, *effects)
    return go(replace(state, to_print=()), Screen.REPORTS, message=Message("report_not_printed")), (settled,)
