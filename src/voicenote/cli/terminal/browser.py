"""Whether there is a browser for the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def has_browser(env: Mapping[str, str]) -> bool:
    """Return whether a browser can be opened that the person sees: over SSH, only with a display.

    `webbrowser.open` may still find none, and returns False then.
    """
    if env.get("SSH_CONNECTION"):
        return bool(env.get("DISPLAY"))
    shown_by = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("win32", "darwin") or any(map(env.get, shown_by))
