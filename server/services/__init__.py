"""Use cases: fetch, ask the domain, write, record. One write path (transaction.py), one owner of timers (due.py)."""
