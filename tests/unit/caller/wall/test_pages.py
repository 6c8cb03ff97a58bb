"""The wall page over HTTP: what it gives away, what it takes, and what its stream says."""

import json

import pytest

from caller.agent import Agent
from caller.speech.speakers import BrowserSpeaker, SilentSpeaker
from caller.wall.pages import create_app
from server.protocol.addresses import OwnAddresses
from server.protocol.client import HallClient
from server.protocol.messages import HEALTH_TEXT
from server.protocol.terms import AnnouncementOutcome
from tests.support.wall import a_hall, a_room, a_ticket, calls

CANARY = "张小三"


@pytest.fixture
def client():
    with HallClient("http://127.0.0.1:9") as client:
        yield client


def an_agent(client, speaker=None):
    agent = Agent(client, speaker or SilentSpeaker())
    snapshot = a_hall([a_ticket("A001", name="张*三").model_copy(update={"name": CANARY})], [a_room(1)])
    agent.hub.load(snapshot)
    return agent, snapshot


class Talkative(SilentSpeaker):
    """A speaker that tells all its engines."""

    name = "zh-CN: engine; " * 40


def test_the_voice_tells_no_more_of_itself_than_the_server_takes(client):
    agent, _ = an_agent(client, Talkative())

    assert HEALTH_TEXT == len(agent.health()["engine"])


def browse(agent):
    return create_app(agent, OwnAddresses.listed((), "http://wall.example:8082")).test_client()


def frames(agent, count):
    """The first frames of the stream, as (event, data)."""
    stream = browse(agent).get("/stream", buffered=False).response
    read = [next(stream).decode() for _ in range(count)]
    stream.close()
    return [(text.split("\n")[0].removeprefix("event: "), json.loads(text.split("data: ")[1])) for text in read]


def test_the_page_and_its_files_are_there_under_a_strict_policy(client):
    agent, _ = an_agent(client)
    own = ("/", "/assets/wall.js", "/assets/wall.css", "/assets/wall_texts.js")
    for path in (*own, "/shared/hall.css", "/shared/texts.js", "/shared/texts/wall.json"):
        with browse(agent).get(path) as answer:
            assert (200, "nosniff") == (answer.status_code, answer.headers["X-Content-Type-Options"]), path
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_nothing_outside_its_folders_is_given_away(client):
    agent, _ = an_agent(client)
    outside = ("/assets/../cli.py", "/assets/%2e%2e/cli.py", "/shared/../client.py", "/shared/texts/nothing.json")
    for path in (*outside, "/audio/x.wav"):
        assert 404 == browse(agent).get(path).status_code, path


def test_before_the_server_was_heard_the_picture_is_empty(client):
    state = browse(Agent(client, SilentSpeaker())).get("/state.json").get_json()
    assert (None, None) == (state["picture"], state["time"]["updated"])


def test_the_stream_says_picture_sound_and_time_and_then_what_changed(client):
    agent, snapshot = an_agent(client)
    stream = browse(agent).get("/stream", buffered=False).response
    first = [next(stream).decode().split("\n")[0] for _ in range(3)]
    assert 1 == agent.hub.watching
    (event,) = calls(snapshot, a_ticket("A001", "called", "R1", seq=101))
    agent.hub.take(event)
    changed = next(stream).decode()
    stream.close()
    assert ["event: picture", "event: sound", "event: time"] == first
    assert "A001" == json.loads(changed.split("data: ")[1])["banners"][0]["number"]
    assert 0 == agent.hub.watching


def test_no_full_name_reaches_the_page_even_if_one_reached_the_board(client):
    agent, snapshot = an_agent(client)
    (event,) = calls(snapshot, a_ticket("A001", "called", "R1", seq=101).model_copy(update={"name": CANARY}))
    agent.hub.take(event)
    said = json.dumps(frames(agent, 3), ensure_ascii=False) + browse(agent).get("/state.json").get_data(as_text=True)
    assert "张*三" in said
    assert CANARY not in said


def test_a_page_counts_as_a_screen_in_the_health_of_the_device(client):
    agent, _ = an_agent(client)
    assert {"screens": 0, "voice": "fine", "engine": "none"} == agent.health()
    stream = browse(agent).get("/stream", buffered=False).response
    next(stream)
    assert 1 == agent.health()["screens"]
    stream.close()


def test_only_the_page_itself_may_say_how_playing_went(client, tmp_path):
    heard = []

    class Speaker(BrowserSpeaker):
        def played(self, name, outcome):
            heard.append((name, outcome))

    """S30: an Origin header was enough, which any program can send."""
    page = browse(an_agent(client, Speaker(lambda utterances: None))[0])
    stream = page.get("/stream?sound=1", buffered=False).response
    secret = json.loads(next(stream).decode().removeprefix("event: secret\ndata: "))
    path, own = "/audio/abc/outcome", {"Origin": "http://localhost", "X-Wall-Secret": secret}
    for wrong in ({"Origin": "http://evil.example"}, {"Origin": "https://localhost"}, {"X-Wall-Secret": "guessed"}):
        assert 403 == page.post(path, json={"outcome": "spoken"}, headers=own | wrong).status_code, wrong
    assert 403 == page.post(path, json={"outcome": "spoken"}, headers={"Origin": "http://localhost"}).status_code
    assert 403 == page.post(path, json={"outcome": "spoken"}).status_code
    assert 400 == page.post(path, json={"outcome": "shown_only"}, headers=own).status_code
    assert 400 == page.post(path, data="spoken", headers=own).status_code
    assert [] == heard
    assert 204 == page.post(path, json={"outcome": "spoken"}, headers=own).status_code
    assert [("abc", AnnouncementOutcome.SPOKEN)] == heard
    stream.close()
    assert 204 == page.post(path, json={"outcome": "spoken"}, headers=own).status_code, "its stream broke meanwhile"


def test_a_page_that_does_not_play_is_told_no_secret_and_the_state_holds_none(client):
    """S30: the secret goes to a page that plays, by its own stream, and nowhere else."""
    agent, _ = an_agent(client, BrowserSpeaker(lambda utterances: None))
    page = browse(agent)
    playing = page.get("/stream?sound=1", buffered=False).response
    secret = json.loads(next(playing).decode().removeprefix("event: secret\ndata: "))

    assert ["picture", "sound", "time"] == [kind for kind, _ in frames(agent, 3)]
    assert secret not in page.get("/state.json").get_data(as_text=True)
    playing.close()


@pytest.mark.parametrize("host", ["evil.example", "wall.example.evil.example:8082", "127.0.0.1.nip.example", "a b", ""])
def test_the_wall_is_not_readable_by_a_name_somebody_pointed_at_it(client, host):
    """S25: a page of evil.example points its own name at the wall (DNS rebinding) and reads /state.json."""
    page = browse(an_agent(client)[0])
    for path in ("/", "/state.json", "/stream", "/assets/wall.js", "/audio/x.wav"):
        answer = page.get(path, headers={"Host": host})
        assert 421 == answer.status_code, path
        assert b"A001" not in answer.data


@pytest.mark.parametrize("host", ["localhost:8082", "192.0.2.7:8082", "[2001:db8::7]:8082", "WALL.example."])
def test_the_wall_is_read_by_its_addresses_and_the_names_of_its_settings(client, host):
    """S25: an IP address cannot be pointed elsewhere, and most televisions use one."""
    assert 200 == browse(an_agent(client)[0]).get("/state.json", headers={"Host": host}).status_code
