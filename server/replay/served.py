"""A hall behind the API, for playing a day in it: names are made up, every command is counted. Knows no rules."""

from collections.abc import Iterator
from datetime import datetime

from server.protocol.client import HallClient
from server.replay.day import Visit
from server.samples.people import Person


class ServedHall:
    """Sends the day's commands to a server, each at its simulated moment when `simulated`."""

    def __init__(self, client: HallClient, hall: str, people: Iterator[Person], *, simulated: bool) -> None:
        self._client = client
        self._hall = hall
        self._people = people
        self._simulated = simulated
        self.commands = 0
        self.checked_in = 0
        self.finished = 0

    def _at(self, moment: datetime) -> HallClient:
        self.commands += 1
        return self._client.at(moment) if self._simulated else self._client

    def check_in(self, visit: Visit, queue: str, at: datetime) -> str:
        """Check somebody made up in and return the ticket. Raises HallProblem for any refusal."""
        person = next(self._people)
        answer = self._at(at).check_in(self._hall, queue=queue, patient={"name": person.name}, language=person.language)
        if answer.ticket is None:
            raise RuntimeError(f"{visit.id} was checked in without a ticket: {answer.text}")
        self.checked_in += 1
        return answer.ticket.id

    def call_next(self, station: str, at: datetime) -> str | None:
        """Call the next ticket to the station, if one waits."""
        ticket = self._at(at).call_next(station).ticket
        return ticket.id if ticket else None

    def start(self, ticket: str, at: datetime) -> None:
        """The patient is in the room."""
        self._at(at).start(ticket)

    def finish(self, ticket: str, at: datetime) -> None:
        """The patient has left."""
        self._at(at).finish(ticket)
        self.finished += 1
