"""Owns where the front-end files lie that every page shares (hall.css, vendor/). Knows no web framework."""

from pathlib import Path


def shared_assets() -> Path:
    """The folder that kiosk, caller and server each serve read-only under /shared/.

    `hall.css` holds tokens and components; `vendor/` holds libraries that the build fetches from npm.
    """
    return Path(__file__).parent / "web"
