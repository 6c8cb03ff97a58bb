"""Imported by the process that the tests' programs are forked from, and by nothing else.

What it has imported nobody imports again: to start Python anew, and to read these tests' own support, cost a second of
processor time for each program. It is also out of the garbage collector's sight, as is what `hall-server run` built.
"""

import gc

import server.run  # noqa: F401  # what a forked process runs
import tests.support.hall  # noqa: F401  # what a forked process begins with

gc.collect()
gc.freeze()
