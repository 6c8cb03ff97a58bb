"""The command `hall-caller`: settings, wiring, signals. Knows no rule of the board or the voice."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence

from pydantic import ValidationError

from caller.agent import Agent
from caller.settings import Settings
from caller.speech.factory import speaker_for
from caller.speech.speakers import BrowserSpeaker, SilentSpeaker
from caller.wall.pages import LIMITS, create_app
from hardware.errors import HardwareError
from hardware.ports import Utterance
from server.protocol import logs
from server.protocol.answers import DeviceIdentity
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.terms import AnnouncementOutcome, DeviceRole
from server.serving.pages import PageServer

log = logging.getLogger("caller")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the caller until it is told to end; return the exit code."""
    parser = argparse.ArgumentParser(prog="hall-caller", description="Wall screens and loudspeaker of a hall.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="follow the hall, serve the wall page, speak")
    run.add_argument("--console", action="store_true", help="print what would be shown and spoken instead")
    options = parser.parse_args(arguments)
    logs.levels(logging.WARNING, caller=logging.INFO, hardware=logging.INFO)
    try:
        settings = Settings()
    except ValidationError as wrong:
        for fault in wrong.errors():
            print(f"CALLER_{str(fault['loc'][0]).upper()}: {fault['msg']}", file=sys.stderr)
        return 2
    if not settings.token.get_secret_value():
        print("CALLER_TOKEN is empty: enrol this device with `hall-server device add --role caller`", file=sys.stderr)
        return 2
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    try:
        return run_console(settings, ending) if options.console else run_wall(settings, ending)
    except (HardwareError, OSError) as trouble:  # an unknown voice, a port in use: said in one line, not in a trace
        print(f"hall-caller: {logs.describe(trouble)}", file=sys.stderr)
        return 1


class ConsoleSpeaker(SilentSpeaker):
    """Prints what would be heard; nothing is, so each announcement is shown only."""

    name = "console"

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome:
        """Print the sentences."""
        for utterance in utterances:
            say("speak", f"{utterance.language}: {utterance.text}")
        return AnnouncementOutcome.SHOWN_ONLY


def say(kind: str, text: str) -> None:
    """Print one line of the console."""
    print(f"{kind:12} {text}", flush=True)


def run_console(settings: Settings, ending: threading.Event) -> int:
    """Print what would be shown and spoken, one line each, until `ending`."""
    with _client(settings) as client:
        return _live(Agent(client, ConsoleSpeaker(), watch=say), client, ending)


def run_wall(settings: Settings, ending: threading.Event) -> int:
    """Serve the wall page, from before the server is there, and speak, until `ending`."""
    with _client(settings) as client:
        speaker = speaker_for(settings.voice)
        agent = Agent(client, speaker)
        if isinstance(speaker, BrowserSpeaker):
            speaker.nudge = agent.hub.nudge
        server = PageServer(settings.host, settings.port, LIMITS).start(create_app(agent, settings.own_addresses()))
        log.info("wall page at http://%s:%s, voice %s", settings.host, server.port, speaker.name)
        try:
            return _live(agent, client, ending)
        finally:
            server.stop()


def _live(agent: Agent, client: HallClient, ending: threading.Event) -> int:
    """Follow the device's own hall until `ending`; return the exit code."""
    device = identity(client, ending)
    if device is not None and device.hall:
        # a loudspeaker enrolled without a zone has the hall's own: it speaks for every room of the hall
        agent.follow(device.hall, device.zone if device.zone != device.hall else None)
        ending.wait()
    agent.stop()
    return 0 if ending.is_set() else 1


def identity(client: HallClient, ending: threading.Event) -> DeviceIdentity | None:
    """Ask the server who we are until it answers or `ending`; None when it says we are no caller."""
    while not ending.is_set():
        try:
            device = client.patient(0.0).me()
        except HallUnreachable as trouble:
            log.info("waiting for the server: %s", trouble)
        except HallProblem as problem:
            if problem.is_ours and problem.status in (401, 403):  # a proxy's page says nothing about the token
                log.error("the server refuses the token: %s", problem)
                return None
            log.info("waiting for the server: %s", problem)
        else:
            if device.role == DeviceRole.CALLER and device.hall:
                return device
            log.error("the token is that of a %s, not of a caller", device.role)
            return None
        ending.wait(2.0)
    return None


def _client(settings: Settings) -> HallClient:
    return HallClient(settings.server, settings.token.get_secret_value())
