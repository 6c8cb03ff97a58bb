"""`hall-server replay`: a recorded hospital day through the real API. Imports only the protocol and made-up samples."""

from server.replay.command import add_arguments, run

__all__ = ["add_arguments", "run"]
