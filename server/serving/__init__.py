"""Serves HTTP so that nobody holds a thread by being slow: gunicorn's threaded worker, with limits. Knows no hall."""

KNOWN = "hall.known"
"""Set in the WSGI environment by the application when the request carried a right token."""
