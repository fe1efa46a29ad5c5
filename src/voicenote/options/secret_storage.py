"""Keep a secret where only its owner can read it: in the system's keyring, or in a private file.

Each of the first two returns the reference that belongs in the settings.
"""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

from voicenote.errors import Unavailable
from voicenote.extras import how_to_install
from voicenote.files import is_open_to_others, open_to_others, write_whole
from voicenote.options.secret import Secret

#: The folder of a workspace for files that hold one secret each. It is in no backup.
FOLDER = "secrets"


def why_no_keyring() -> str:
    """Return why this machine's keyring can't be used, in a few words; "" if it can."""
    try:
        backend = _keyring().get_keyring()
    except Unavailable as error:
        return error.what
    if getattr(backend, "priority", 0) < 1:
        return "this machine has no keyring"
    return ""


def keep_in_keyring(service: str, user: str, value: str) -> dict[str, str]:
    """Store a secret in the keyring. Raises Unavailable, which doesn't show it."""
    keyring = _keyring()
    try:
        keyring.set_password(service, user, value)
        same = keyring.get_password(service, user) == value
    except Exception as error:  # noqa: BLE001  every backend raises its own kind
        raise Unavailable(
            f"the keyring did not take it ({type(error).__name__})",
            "unlock it, or keep the secret in another place",
        ) from None
    if not same:
        raise Unavailable("the keyring did not keep it", "keep the secret in another place")
    return {"keyring": f"{service}/{user}"}


def keep_in_file(home: Path, name: str, value: str) -> dict[str, str]:
    """Write a secret into a private file of the workspace `home`.

    Raises Unavailable when it can't be written, or the folder isn't for its owner alone.
    """
    _need_private(home)
    file = re.sub(r"[^\w.@-]", "-", name).lstrip(".") or "secret"
    write_whole(home / FOLDER / file, f"{value}\n".encode())
    return {"file": f"{FOLDER}/{file}"}


def _need_private(home: Path) -> None:
    """Raise Unavailable if the folder for secrets is a link, or others may look into it.

    It need not exist. Nobody else looks into a workspace that is closed to them.
    """
    folder = home / FOLDER
    place = shlex.quote(str(folder))
    if folder.is_symlink():
        raise Unavailable(
            f"{folder} is a link to another folder, so a secret isn't written there",
            f"remove the link (rm {place}), or keep the secret in another place",
        )
    if next(open_to_others(folder), None) and is_open_to_others(home):
        raise Unavailable(
            f"others on this machine may open {folder}, so a secret isn't written there",
            f"close it: chmod -R go= {place}",
        )


def keep_again(secret: Secret, value: str) -> None:
    """Write another value to where a secret is kept: the keyring, or a file. Raises Unavailable."""
    name = secret.reference.partition("=")[2]
    if secret.way == "keyring":
        service, _, user = name.rpartition("/")
        keep_in_keyring(service, user, value)
    elif secret.way == "file":
        write_whole(Path(name), f"{value}\n".encode())
    else:
        raise Unavailable(
            f"nothing can be written to {secret.reference}", "keep it in a file or in the keyring"
        )


def _keyring() -> Any:
    try:
        return importlib.import_module("keyring")
    except ImportError:
        raise Unavailable(
            "the keyring library is not installed", f"install it: {how_to_install('keyring')}"
        ) from None
