"""Which names and origins a program answers to."""

import pytest

from server.protocol.addresses import OwnAddresses, host_of, origin_of, reached_at

OWN = OwnAddresses.listed(("0.0.0.0", "Hall-Server"), "https://hall.example, http://10.0.0.5:8080/")
HERE = ("192.0.2.7", 8080)


@pytest.mark.parametrize(
    ("header", "host"),
    [("Hall.Example:443", "hall.example"), ("hall.example.", "hall.example"), ("[::1]:80", "::1"),
     ("192.0.2.7", "192.0.2.7"), ("", ""), ("a b", ""), ("a/b", ""), ("x@hall.example", ""),
     ("hall.example:80:80", ""), ("hall.example,evil", "")],
)  # fmt: skip
def test_the_host_of_a_header(header, host):
    assert host == host_of(header)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:8080", "hall-server:8080", "hall.example", "203.0.113.9", "[::1]"]
)
def test_a_listed_name_and_any_ip_address_is_known(host):
    """S25: an IP address cannot be pointed elsewhere."""
    assert OWN.knows_host(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "hall.example.evil.example", "evil-hall.example", "127.0.0.1.nip.example", ""]
)
def test_any_other_name_is_not_known(host):
    """S25: any Host was accepted, so a name pointed at the server opened it."""
    assert not OWN.knows_host(host)


@pytest.mark.parametrize(
    "origin",
    ["http://192.0.2.7:8080", "http://localhost:8080", "http://hall-server:8080", "https://hall.example",
     "https://hall.example:443", "http://10.0.0.5:8080"],
)  # fmt: skip
def test_an_origin_of_the_list_or_of_the_address_reached_is_known(origin):
    assert OWN.knows_origin(origin, HERE)


@pytest.mark.parametrize(
    "origin",
    ["https://192.0.2.7:8080", "http://192.0.2.7", "http://192.0.2.8:8080", "http://hall.example", "https://localhost:8080",
     "http://hall-server:8082", "https://hall.example.evil.example", "null", "", "file://", "https://hall.example/x"],
)  # fmt: skip
def test_another_scheme_port_or_host_is_not(origin):
    """S26: the scheme was not looked at, and what stood in Host was taken for our own."""
    assert not OWN.knows_origin(origin, HERE)


@pytest.mark.parametrize(
    ("headers", "own"),
    [({}, True), ({"Sec-Fetch-Site": "same-origin"}, True), ({"Sec-Fetch-Site": "none"}, True),
     ({"Sec-Fetch-Site": "cross-site"}, False), ({"Sec-Fetch-Site": "same-site"}, False),
     ({"Sec-Fetch-Site": "cross-site", "Origin": "https://hall.example"}, True),
     ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, False)],
)  # fmt: skip
def test_a_browser_that_says_where_it_comes_from_is_believed(headers, own):
    """S26: cross-site without an Origin was accepted."""
    assert own is OWN.knows_page(headers.get("Origin"), headers.get("Sec-Fetch-Site"), HERE)


@pytest.mark.parametrize("wrong", ["hall.example", "ftp://hall.example", "https://hall.example/nurse", "https://"])
def test_a_setting_that_is_no_origin_is_refused_at_the_start(wrong):
    """S25: it would never match, and nobody would know why."""
    with pytest.raises(ValueError, match="not an origin"):
        OwnAddresses.listed((), wrong)


class Connection:
    def __init__(self, name):
        self.name = name

    def getsockname(self):
        if self.name is None:
            raise OSError
        return self.name


@pytest.mark.parametrize(
    ("name", "here"),
    [(("192.0.2.7", 8080), ("192.0.2.7", 8080)), (("::ffff:192.0.2.7", 8080, 0, 0), ("192.0.2.7", 8080)),
     (("fe80::1%eth0", 8080, 0, 2), ("fe80::1", 8080)), (None, ("0.0.0.0", 8080)),
     ("/run/hall.sock", ("0.0.0.0", 8080))],
)  # fmt: skip
def test_the_address_that_was_reached_is_that_of_the_connection(name, here):
    environ = {"gunicorn.socket": Connection(name), "SERVER_NAME": "0.0.0.0", "SERVER_PORT": "8080"}
    assert here == reached_at(environ)


def test_origins_are_read_with_their_default_ports():
    assert ("https", "hall.example", 443) == origin_of("https://Hall.example")
    assert ("http", "::1", 80) == origin_of("http://[::1]")
