"""Owns the small steps of the screen machine: go to a screen, ask, forget. Knows no task."""

from dataclasses import replace

from kiosk.machine.effects import (
    AskPosition,
    CallStaff,
    CheckInCommand,
    Effect,
    FollowAlert,
    Forget,
    Identify,
    PrintReport,
    PutOnPaper,
)
from kiosk.machine.state import Hall, Message, Screen, State
from server.protocol.messages import Names, PrintJob
from server.protocol.texts import Texts

TEXTS = Texts("kiosk")
"""The texts of the page."""
ALWAYS = frozenset({"zh", "en"})
"""Languages that every kiosk offers; another one where its hall is called in it."""
NAMELESS = {"name": "*"}
"""Somebody without a card who takes a number: the one name that masking shows as unknown."""

Step = tuple[State, tuple[Effect, ...]]


def go(state: State, screen: Screen, *, message: Message | None = None) -> State:
    """Show another screen; touches meant for the one before no longer count."""
    return replace(state, screen=screen, step=state.step + 1, shown_at=state.now, message=message, waiting_for=None)


def stay(state: State) -> Step:
    """Nothing happens."""
    return state, ()


def home_language(hall: Hall | None) -> str:
    """The first language of the hall that the page has a catalogue for."""
    spoken = TEXTS.languages()
    return next((language for language in (hall.languages if hall else ()) if language in spoken), spoken[0])


def offered(hall: Hall | None) -> list[str]:
    """The languages to choose between at a kiosk of this hall."""
    return [language for language in TEXTS.languages() if language in ALWAYS or (hall and language in hall.languages)]


def reset(state: State) -> Step:
    """The next patient: everything of this one is gone, in memory and on the page."""
    fresh = State(
        hall=state.hall,
        online=state.online,
        can_print=state.can_print,
        step=state.step + 1,
        patient=state.patient + 1,
        requests_made=state.requests_made,
        language=home_language(state.hall),
        now=state.now,
        touched_at=state.now,
        shown_at=state.now,
    )
    return fresh, (Forget(state.patient),)


def effect_id(state: State) -> str:
    """The name of the next effect, never used twice by one agent."""
    return f"{state.patient}.{state.requests_made + 1}"


def request(
    state: State,
    made: Identify | CheckInCommand | PrintReport | AskPosition | CallStaff | PutOnPaper,
    screen: Screen = Screen.WORKING,
) -> Step:
    """Ask for an effect and show that it is being done."""
    working = go(state, screen)
    return replace(working, requests_made=state.requests_made + 1, waiting_for=made.id), (made,)


def ask_who(state: State, made: Identify) -> Step:
    """Ask the server who this is, and keep the code in case it asks for a proof."""
    return request(replace(state, asked=made), made)


def notice(state: State, key: str, **values: str) -> Step:
    """Say what to do now."""
    return go(state, Screen.NOTICE, message=Message(key, values)), ()


def call_staff(state: State) -> Step:
    """Ask for a person, who is told who asks and what the kiosk had just said, as far as there is either."""
    token = state.identity.visit_token if state.identity else None
    about = state.message.key.removeprefix("problem.") if state.message else None
    return request(state, CallStaff(effect_id(state), visit_token=token, about=about))


def staff_informed(state: State, key: str, alert: str | None, text: Names | None = None) -> Step:
    """Say that staff has been told, and follow the alert until somebody comes."""
    shown = go(replace(state, alert=alert, coming={}), Screen.STAFF, message=Message(key, text=text))
    return shown, (FollowAlert(alert, state.patient),) if alert else ()


def check_in(state: State, flags: tuple[str, ...] | None) -> Step:
    """Ask for the ticket of what was chosen."""
    choice = state.choice
    queue = choice.id if choice and choice.kind == "queue" else None
    if choice and choice.kind == "ticket":
        queue = str(choice.facts.get("queue") or "") or None
    made = CheckInCommand(
        effect_id(state),
        queue=queue,
        appointment=choice.id if choice and choice.kind == "appointment" else None,
        visit_token=state.identity.visit_token if state.identity else None,
        patient=None if state.identity else NAMELESS,
        flags=flags,
        language=state.language,
    )
    return request(replace(state, flags=flags), made)


def put_on_paper(state: State, job: PrintJob) -> Step:
    """Print a job that is leased to this kiosk."""
    return request(replace(state, job=job), PutOnPaper(effect_id(state), job), Screen.PRINTING)


def print_next(state: State) -> Step:
    """Ask for the next report of those chosen."""
    token = state.identity.visit_token if state.identity else None
    if not state.to_print or token is None:
        return go(state, Screen.REPORTS), ()
    return request(state, PrintReport(effect_id(state), state.to_print[0].id, token, state.language))
