"""Lets `python -m caller run` do what `hall-caller run` does."""

import sys

from caller.cli import main

sys.exit(main())
