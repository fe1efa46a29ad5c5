"""An id of this machine."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

#: Where systems keep an id of the machine (machine-id(5)); only its hash is kept.
_MACHINE_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id")


def machine_id() -> str:
    """Return the hashed id of this machine; "" if the system has none."""
    for file in _MACHINE_IDS:
        with suppress(OSError):
            found = Path(file).read_bytes().strip()
            if found:
                return hashlib.sha256(b"voicenote " + found).hexdigest()[:16]
    return ""
