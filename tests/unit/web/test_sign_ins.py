"""Sign-ins before Flask: few are under way, the others are told at once in their language."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

from server.web.sign_ins import SignInLimit
from tests.support.hall import until


def asked(app, address="10.0.0.1", method="POST", path="/api/v1/session", **more):
    """The status, the headers and the body of an answer."""
    said = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "REMOTE_ADDR": address, **more}
    body = b"".join(app(environ, lambda status, headers, *_: said.append((status[:3], dict(headers)))))
    return *said[0], body


class Slow:
    """An application that answers when it is let."""

    def __init__(self):
        self.under_way, self.let = [], threading.Event()

    def __call__(self, environ, start_response):
        self.under_way.append(environ["REMOTE_ADDR"])
        assert self.let.wait(10)
        start_response("200 OK", [])
        return []


def test_a_burst_of_sign_ins_is_refused_before_flask_but_for_a_few():
    """S1: 240 refused sign-ins a second went through all of Flask, and staff waited."""
    slow = Slow()
    app = SignInLimit(slow, most=3, of_an_address=2)
    with ThreadPoolExecutor(3) as pool:
        first = [pool.submit(asked, app, address) for address in ("10.0.0.1", "10.0.0.1", "10.0.0.7")]
        until(lambda: len(slow.under_way) == 3, every=0.001)
        for address in ("10.0.0.1", "10.0.0.8"):
            status, headers, body = asked(app, address, HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")
            assert ("503", "1", "busy") == (status, headers["Retry-After"], json.loads(body)["code"])
            assert "application/problem+json" == headers["Content-Type"]
            assert not json.loads(body)["title"].isascii()
        slow.let.set()
        assert ["200"] * 3 == [one.result()[0] for one in first]
    assert "200" == asked(app)[0]


def test_one_address_leaves_a_place_for_the_nurse_at_another():
    """S1: the burst comes from one address."""
    slow = Slow()
    app = SignInLimit(slow, most=3, of_an_address=2)
    with ThreadPoolExecutor(3) as pool:
        for _ in range(2):
            pool.submit(asked, app)
        until(lambda: len(slow.under_way) == 2, every=0.001)
        assert "503" == asked(app)[0]
        nurse = pool.submit(asked, app, "10.0.0.7")
        until(lambda: "10.0.0.7" in slow.under_way, every=0.001)
        slow.let.set()
        assert "200" == nurse.result()[0]


def test_a_sign_in_that_fails_gives_its_place_back_and_other_requests_take_none():
    """S1: a fault in the application closes the door for nobody; nor does who signs out."""

    def failing(environ, start_response):
        raise RuntimeError

    app = SignInLimit(failing, most=1, of_an_address=1)
    for request in ({}, {}, {"method": "DELETE"}, {"path": "/api/v1/tickets"}):
        try:
            asked(app, **request)
        except RuntimeError:
            continue
        raise AssertionError("it was refused")
    assert not app._under_way
