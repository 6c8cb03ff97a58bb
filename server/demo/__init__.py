"""`hall-server demo`: the whole hall on one machine, with a made-up day in it. Imports only protocol and samples."""

from server.demo.command import add_arguments, run

__all__ = ["add_arguments", "run"]
