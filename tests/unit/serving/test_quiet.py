"""A log that strangers cannot fill."""

import logging

from server.protocol.logs import LogFormatter
from server.serving.quiet import MOST_LINES, FewLines


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
