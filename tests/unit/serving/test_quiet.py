"""A log that strangers cannot fill."""

import logging

from server.protocol.logs import HOME, LogFormatter
from server.serving.quiet import MOST_LINES, FewLines, OncePerMinute


def record(text="a socket is cut", error=None):
    info = (type(error), error, None) if error else None
    return logging.LogRecord("x", logging.ERROR, "p", 1, text, (), info)


def test_garbage_writes_a_short_line_and_no_traceback():
    """O9: one garbage packet wrote thirty lines."""
    one = record("message handler error\nforged line", ValueError("张三"))
    assert FewLines(lambda: 0.0).filter(one)
    assert "message handler error\\nforged line: ValueError" == logging.Formatter().format(one)


def test_an_exception_given_as_an_argument_is_told_by_its_type_only():
    """C6: its message may hold what a stranger sent, or a patient."""
    one = logging.LogRecord("x", logging.ERROR, "p", 1, "not served: %s", (ValueError("张三"),), None)
    assert FewLines(lambda: 0.0).filter(one)
    assert "not served: ValueError" == one.getMessage()
    assert "ValueError" == one.error_type


def test_a_text_with_a_percent_sign_and_no_values_is_told_as_it_is():
    one = record("100 % of GET /%s")
    assert FewLines(lambda: 0.0).filter(one)
    assert "100 % of GET /%s" == one.getMessage()


def test_a_line_whose_text_is_withheld_tells_the_type_of_its_exception():
    """C6: gunicorn's lines said "text withheld" and nothing of what had happened."""
    one = record("Error handling request /patients/张三", KeyError("张三"))
    assert FewLines(lambda: 0.0).filter(one)
    assert LogFormatter().format(one).endswith("p:1: text withheld, KeyError")


def test_a_thousand_garbage_packets_write_ten_lines_a_minute_and_say_how_many_there_were():
    """O9: the disk does not fill."""
    now = [0.0]
    few = FewLines(lambda: now[0])
    assert MOST_LINES == sum(few.filter(record()) for _ in range(1000))
    now[0] = 61.0
    later = record()
    assert few.filter(later)
    assert "a socket is cut (and 990 more like it)" == later.getMessage()


def test_faults_of_our_own_are_written_whole():
    one = record(error=ValueError("ours"))
    assert FewLines(lambda: 0.0, spares=logging.ERROR).filter(one)
    assert one.exc_info is not None


def about(error, text="relay round failed", line=1, args=()):
    info = (type(error), error, None)
    return logging.LogRecord("server.x", logging.ERROR, f"{HOME}/server/x.py", line, text, args, info)


def test_a_database_that_is_away_writes_one_line_a_minute_and_kind_without_traceback():
    """L13: a restart of PostgreSQL wrote 250 tracebacks a minute."""
    now = [0.0]
    few = OncePerMinute(lambda error: isinstance(error, ConnectionError), lambda: now[0])
    entries = [about(ConnectionRefusedError(111, "away"), line=line) for line in (1, 2) * 100]
    passed = [one for one in entries if few.filter(one)]
    assert ["relay round failed: ConnectionRefusedError: Connection refused"] * 2 == [
        LogFormatter().format(one).split(" ", 3)[3] for one in passed
    ]
    now[0] = 61.0
    assert few.filter(later := about(ConnectionRefusedError(111, "away")))
    assert LogFormatter().format(later).endswith("Connection refused (and 99 more like it)")


def test_another_fault_keeps_its_traceback_beside_a_database_that_is_away():
    """L13: what is a fault of ours is told whole, each time."""
    few = OncePerMinute(lambda error: isinstance(error, ConnectionError), lambda: 0.0)
    for _ in range(3):
        assert few.filter(one := about(KeyError("x")))
        assert "Traceback" in LogFormatter().format(one)


def test_a_refusal_that_a_database_caused_counts_as_the_database_s():
    """L13: each request said that it was refused, and each with the driver's traceback behind it."""
    few = OncePerMinute(lambda error: isinstance(error, ConnectionError), lambda: 0.0)
    refused = RuntimeError("busy")
    refused.__cause__ = ConnectionResetError()
    assert [True, False, False] == [few.filter(about(refused, "due row %s: %s", args=("x", refused))) for _ in range(3)]
