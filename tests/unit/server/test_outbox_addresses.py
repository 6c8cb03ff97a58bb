"""Where messages may be sent: over TLS, or to this machine, or where it was allowed."""

import pytest

from server.services.outbox.addresses import address_fault


@pytest.mark.parametrize(
    "url", ["https://his.example/hook", "http://127.0.0.1:9000/hook", "http://localhost/x", "http://[::1]:1/"]
)
def test_addresses_that_are_taken(url):
    assert address_fault(url, plain=False) is None


@pytest.mark.parametrize(
    "url",
    [
        *("http://his.example/hook", "http://127.0.0.1.example/", "ftp://127.0.0.1/", "file:///etc/passwd", "his"),
        *("https://u:p@his.example/", "https://his.example/#x", "https://", "https://[", "https://his.example:99999/"),
    ],
)
def test_addresses_that_are_not(url):
    assert address_fault(url, plain=False)


def test_http_to_another_machine_has_to_be_allowed():
    assert address_fault("http://his.example/hook", plain=True) is None
