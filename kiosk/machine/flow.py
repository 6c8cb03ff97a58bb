"""Owns the kiosk's screen machine: (state, input, now) → (state, effects). Knows no page, network, printer or clock."""

from collections.abc import Callable
from dataclasses import replace

from kiosk.machine.codes import OUR_CODE, clean_code, code_of
from kiosk.machine.effects import Identify
from kiosk.machine.events import (
    Answer,
    Coming,
    HallFetched,
    Input,
    Paper,
    PaperMoved,
    PrinterChecked,
    Resumed,
    Tick,
    Touch,
)
from kiosk.machine.options import hall_queues, is_printable
from kiosk.machine.outcomes import away, checked_in, choose_from, chosen, paper_seen, settle, unclaimed
from kiosk.machine.state import Message, Screen, State, Task, Verb
from kiosk.machine.steps import (
    TEXTS,
    Step,
    ask_who,
    call_staff,
    check_in,
    effect_id,
    go,
    home_language,
    notice,
    print_next,
    reset,
    stay,
)
from server.protocol.terms import ANY_RED_FLAG, FeverSign, PrintJobState, Proof

WARN_AFTER, WARN_AFTER_ELDER, LEAVE_AFTER = 30.0, 60.0, 15.0
"""Idle seconds before the question whether somebody is there, and from there to the first screen."""
ANSWER_WITHIN, PAPER_WITHIN = 8.0, 60.0
"""Seconds after which waiting for the server, for the printer, is given up in front of the patient."""
SETTLED_AFTER = 0.7
"""Seconds a question about danger must have been shown before an answer to it counts: a habit of tapping is none."""
DELIBERATE = frozenset({Verb.HEALTH, Verb.FEVER, Verb.CONFIRM})
STAFF_AWAITED = 180.0
"""Seconds for which the screen that staff was told stays while nobody has said yet that somebody comes."""
CLOSES_AFTER = {Screen.DONE: 8.0, Screen.PLACE: 20.0, Screen.DIRECTION: 40.0, Screen.NOTICE: 20.0, Screen.STAFF: 60.0}
NOTE_READ = 20.0
"""Seconds a number stays on the glass that has a note of two sentences beside it."""
BACK_WITHIN = 20.0
"""Seconds the page may need to come back after its agent: what was begun before a crash is shown so much longer."""
PROOFS = frozenset(Proof)
"""What may confirm a typed code: fields of the contract's `typed`."""
BUSY = frozenset({Screen.WORKING, Screen.PRINTING})
ANYWHERE = frozenset({Verb.LANGUAGE, Verb.SIZE, Verb.STAY, Verb.SCAN})
ELDER_TASKS = (Task.CHECK_IN, Task.REPORTS, Task.PASSED)
"""The cards of the large-text first screen; a person is one touch away on every screen."""


def advance(state: State, happened: Input, now: float) -> Step:
    """Take one input at `now` (seconds of any steady clock): the state that follows and what is asked of the world."""
    state = replace(state, now=now)
    match happened:
        case Touch():
            return _touched(state, happened)
        case Answer():
            if happened.id != state.waiting_for:
                return state, unclaimed(happened.result)
            return settle(state, happened.result)
        case Resumed():
            if state.screen is not Screen.HOME:
                return state, unclaimed(happened.result)
            return checked_in(replace(state, touched_at=state.now + BACK_WITHIN), happened.result)
        case Coming():
            return _coming(state, happened), ()
        case PaperMoved():
            return _moved(state, happened), ()
        case HallFetched():
            hall = happened.hall or state.hall
            language = home_language(hall) if state.hall is None else state.language
            return replace(state, hall=hall, online=happened.hall is not None, language=language), ()
        case PrinterChecked():
            return replace(state, can_print=happened.can_print), ()
        case Tick():
            return _ticked(state)


def _touched(state: State, touch: Touch) -> Step:
    if touch.verb not in ANYWHERE and touch.step is not None and touch.step != state.step:
        return stay(state)  # the second of two taps was meant for the screen that is gone
    state = replace(state, touched_at=state.now, warned=False)
    if touch.verb in DELIBERATE and state.now - state.shown_at < SETTLED_AFTER:
        return stay(state)
    if touch.verb in _ON_ANY:
        return _ON_ANY[touch.verb](state, touch)
    if state.screen in BUSY:
        return stay(state)
    if touch.verb is Verb.HOME:
        return reset(state)
    if touch.verb is Verb.HELP:
        return call_staff(replace(state, task=Task.HELP, flags=None))
    act = _ON_SCREEN.get((state.screen, touch.verb))
    return act(state, touch) if act else stay(state)


def _ticked(state: State) -> Step:
    shown_for = state.now - state.shown_at
    if state.screen is Screen.WORKING:
        return away(state) if shown_for >= ANSWER_WITHIN else stay(state)
    if state.screen is Screen.PRINTING:
        late = shown_for >= PAPER_WITHIN
        return settle(state, Paper(PrintJobState.UNKNOWN, "no_answer")) if late else stay(state)
    idle = state.now - max(state.touched_at, state.shown_at)
    if state.screen in CLOSES_AFTER:
        awaited = state.screen is Screen.STAFF and state.alert and not state.coming
        done = state.finished if state.screen is Screen.DONE else None
        noted = done is not None and (done.note or done.moved_to)
        usual = NOTE_READ if noted else CLOSES_AFTER[state.screen]
        closes_after = STAFF_AWAITED if awaited else usual * (2 if state.elder else 1)
        return reset(state) if idle >= closes_after else stay(state)
    warn_after = WARN_AFTER_ELDER if state.elder else WARN_AFTER
    if state.screen is Screen.HOME:
        changed = state.elder or state.language != home_language(state.hall)
        return reset(state) if changed and idle >= warn_after else stay(state)
    if idle >= warn_after + LEAVE_AFTER:
        return reset(state)
    return replace(state, warned=idle >= warn_after), ()


def _coming(state: State, news: Coming) -> State:
    """Say who comes on the screen of the patient who called; it stays as long as if it had just come."""
    if state.screen is not Screen.STAFF or state.alert != news.alert:
        return state
    return replace(state, coming=news.who, shown_at=state.now)


def _moved(state: State, news: PaperMoved) -> State:
    """Say where the paper is that did not come out here, to the patient who waits for it; long enough to be read."""
    if state.job is None or state.job.id != news.job:
        return state
    if state.screen is Screen.REPORTS:
        place = news.place.get(state.language) or news.place.get("zh") or next(iter(news.place.values()), "")
        return replace(state, message=Message("report_moved", {"place": place}), shown_at=state.now)
    if state.screen is not Screen.DONE or state.finished is None:
        return state
    return replace(state, finished=replace(state.finished, moved_to=news.place), shown_at=state.now)


def _language(state: State, touch: Touch) -> Step:
    return (replace(state, language=touch.value), ()) if touch.value in TEXTS.languages() else stay(state)


def _size(state: State, touch: Touch) -> Step:
    return replace(state, elder=touch.value == "elder"), ()


def _task(state: State, touch: Touch) -> Step:
    if touch.value not in set(Task):
        return stay(state)
    state = replace(state, task=Task(touch.value))
    if state.task is Task.HELP:
        return call_staff(state)
    if state.task is Task.WALK_IN:
        if state.hall is None:
            return notice(state, "away")
        queues = hall_queues(state.hall)
        if len(queues) == 1:
            return chosen(replace(state, options=queues), queues[0])
        return choose_from(state, queues, otherwise="no_queue")
    return go(state, Screen.IDENTIFY), ()


def _scanned_at_home(state: State, touch: Touch) -> Step:
    return _scanned(replace(state, task=Task.CHECK_IN), touch)


def _scanned(state: State, touch: Touch) -> Step:
    """Ask whose code this is. What cannot be anybody's is told at once: no question, no failed attempt."""
    code = code_of(touch.value)
    if code is None:
        return go(state, Screen.IDENTIFY, message=Message("not_this_code")), ()
    return ask_who(state, Identify(effect_id(state), scan=code, how=touch.how))


def _typed(state: State, touch: Touch) -> Step:
    """A number alone is no identification: a proof comes with it. A code of ours, which nobody guesses, goes alone."""
    code = clean_code(touch.value)
    if OUR_CODE.fullmatch(code) and not touch.proof:
        return ask_who(state, Identify(effect_id(state), typed={"code": code}))
    kind, _, proof = touch.proof.partition(":")
    if not code or kind not in PROOFS or not (proof := clean_code(proof)):
        return stay(state)
    return ask_who(state, Identify(effect_id(state), typed={"code": code, kind: proof}))


def _prove(state: State, touch: Touch) -> Step:
    """The code that was read goes out again, with what only its owner knows; "none" is somebody who has nothing."""
    kind, _, value = touch.value.partition(":")
    if touch.value == "none":
        return notice(state, "proof_at_desk")
    if state.asked is None or kind not in state.proofs or not (value := clean_code(value)):
        return stay(state)
    typed = {"code": state.asked.typed["code"]} if state.asked.typed else None
    return ask_who(state, replace(state.asked, id=effect_id(state), typed=typed, proof={kind: value}))


def _without_card(state: State, _: Touch) -> Step:
    return (go(state, Screen.HEALTH), ()) if state.task is Task.WALK_IN else stay(state)


def _choose(state: State, touch: Touch) -> Step:
    option = next((option for option in state.options if touch.value == f"{option.kind}:{option.id}"), None)
    return chosen(state, option) if option else stay(state)


def _other_clinic(state: State, _: Touch) -> Step:
    """Not the way to what is booked: another clinic of this hall."""
    queues = hall_queues(state.hall) if state.hall is not None else ()
    return choose_from(replace(state, choice=None, message=None), queues, otherwise="no_queue")


def _health(state: State, touch: Touch) -> Step:
    if touch.value == "some":
        return check_in(state, (ANY_RED_FLAG,))
    return (go(state, Screen.FEVER), ()) if touch.value == "none" else stay(state)


def _fever(state: State, touch: Touch) -> Step:
    if touch.value == "yes":
        return check_in(state, (FeverSign.FEVER.value,))
    return (go(replace(state, flags=()), Screen.CONFIRM), ()) if touch.value == "no" else stay(state)


def _confirm(state: State, _: Touch) -> Step:
    return check_in(state, state.flags)


def _print(state: State, touch: Touch) -> Step:
    wanted = tuple(
        option
        for option in state.options
        if is_printable(option) and option.id not in state.printed and touch.value in ("all", option.id)
    )
    return print_next(replace(state, to_print=wanted)) if wanted else stay(state)


def _back(state: State, _: Touch) -> Step:
    before = {
        Screen.FEVER: Screen.HEALTH,
        Screen.CONFIRM: Screen.FEVER if state.flags is not None else Screen.CHOOSE,
        Screen.HEALTH: Screen.CHOOSE,
        Screen.PROOF: Screen.IDENTIFY,
        Screen.DIRECTION: Screen.CHOOSE,
    }.get(state.screen)
    if state.screen is Screen.IDENTIFY and state.task is Task.WALK_IN:
        before = Screen.CHOOSE
    if before is None or (before is Screen.CHOOSE and len(state.options) < 2):
        return reset(state)
    return go(replace(state, flags=None), before), ()


_ON_ANY: dict[Verb, Callable[[State, Touch], Step]] = {
    Verb.LANGUAGE: _language,
    Verb.SIZE: _size,
    Verb.STAY: lambda state, _: stay(state),
}

_ON_SCREEN: dict[tuple[Screen, Verb], Callable[[State, Touch], Step]] = {
    (Screen.HOME, Verb.TASK): _task,
    (Screen.HOME, Verb.SCAN): _scanned_at_home,
    (Screen.IDENTIFY, Verb.SCAN): _scanned,
    (Screen.IDENTIFY, Verb.TYPED): _typed,
    (Screen.IDENTIFY, Verb.SKIP): _without_card,
    (Screen.PROOF, Verb.SCAN): _scanned,
    (Screen.PROOF, Verb.PROVE): _prove,
    (Screen.CHOOSE, Verb.CHOOSE): _choose,
    (Screen.DIRECTION, Verb.OTHER): _other_clinic,
    (Screen.HEALTH, Verb.HEALTH): _health,
    (Screen.FEVER, Verb.FEVER): _fever,
    (Screen.CONFIRM, Verb.CONFIRM): _confirm,
    (Screen.REPORTS, Verb.PRINT): _print,
    (Screen.ASK_PAPER, Verb.PAPER): lambda state, touch: paper_seen(state, touch.value),
    **{(screen, Verb.BACK): _back for screen in Screen if screen not in BUSY},
}
