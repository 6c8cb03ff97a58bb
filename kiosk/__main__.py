"""`python -m kiosk run` is `hall-kiosk run`."""

import sys

from kiosk.cli import main

sys.exit(main())
