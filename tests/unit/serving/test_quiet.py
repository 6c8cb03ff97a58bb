"""A log that strangers cannot fill."""

import logging

from server.serving.quiet import MOST_LINES, FewLines


def record(text="a socket is cut", error=None):
    info = (type(error), error, None) if error else None
    return logging.LogRecord("x", logging.ERROR, "p", 1, text, (), info)


def test_garbage_writes_a_short_line_and_no_traceback():
    """O9: one garbage packet wrote thirty lines."""
    one = record("message handler error\nforged line", ValueError("张三"))
    assert FewLines(lambda: 0.0).filter(one)
    assert "message handler error\\nforged line: ValueError" == logging.Formatter().format(one)


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
