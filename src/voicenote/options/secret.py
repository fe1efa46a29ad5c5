"""Secrets by reference: fetched only when they are used, and never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from voicenote.errors import BadSettings, Unavailable
from voicenote.extras import how_to_install

#: The ways to refer to a secret, each with an example of its value.
WAYS = {
    "env": "MAIL_PASSWORD",
    "keyring": "voicenote/me",
    "command": "pass show mail",
    "file": "secrets/mail",
}

ADVICE = (
    'keep it elsewhere and refer to it: {env = "NAME"}, {keyring = "service/user"},'
    ' {file = "secrets/NAME"} or {command = "…"}'
)

#: The most letters read of a file.
_MOST = 100_000
_SECRET_KEY = re.compile(r"(?:^|[_-])(?:password|passphrase|token|key|secret)$", re.IGNORECASE)


def is_secret_key(key: str) -> bool:
    """Return whether a key with this name holds a secret, such as ``password`` or ``api_key``."""
    return bool(_SECRET_KEY.search(key))


def is_reference(value: object) -> bool:
    """Return whether `value` is a reference such as ``{env = "NAME"}``."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    ((way, name),) = value.items()
    return way in WAYS and isinstance(name, str) and bool(name.strip())


def reveal(secret: Secret | None) -> str:
    """Return the secret value, as `Secret.reveal` does; "" if none is set."""
    return secret.reveal() if secret else ""


class Secret:
    """A secret by reference. `reveal` fetches it; it is never shown or pickled.

    `way` is one of `WAYS`, or ``given`` when the value itself came from the environment
    (``VOICENOTE_CHANNELS__MAIL__PASSWORD``). ``{env = …}`` is looked up in `env`. A file's path is
    absolute, or starts in the current folder.
    """

    __slots__ = ("_env", "_name", "way")

    def __init__(self, way: str, name: str, env: Mapping[str, str]) -> None:
        self.way = way
        self._name = name
        self._env = env

    @classmethod
    def at(cls, place: str, env: Mapping[str, str]) -> Secret:
        """Return the secret at a place written as one word, such as ``env:NAME``."""
        way, _, name = place.partition(":")
        return cls(way, name, env)

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled; pass its reference on")

    @property
    def reference(self) -> str:
        """Where it is kept, without the secret: ``env=NAME``. A command's words are not shown."""
        return f"{self.way}={self._name}" if self.way in ("env", "keyring", "file") else self.way

    def reveal(self) -> str:
        """Return the secret value.

        Raises BadSettings when it isn't where the reference says, and Unavailable when the keyring
        or the command fails.
        """
        if self.way == "env":
            return self._from_environment()
        if self.way == "keyring":
            return self._from_keyring()
        if self.way == "command":
            return self._from_command()
        if self.way == "file":
            return self._from_file()
        return self._name

    def _from_file(self) -> str:
        try:
            with Path(self._name).open(encoding="utf-8") as file:
                value = file.read(_MOST).strip()
        except (OSError, ValueError) as error:
            raise BadSettings(
                f"the file {self._name}, in which a secret is kept, cannot be read"
                f" ({getattr(error, 'strerror', '') or 'it is not text'})",
                "put the secret back into it; a backup holds no secrets",
            ) from None
        if not value:
            raise BadSettings(
                f"the file {self._name}, in which a secret is kept, is empty",
                "write the secret into it",
            )
        return value

    def _from_environment(self) -> str:
        value = self._env.get(self._name, "")
        if not value:
            raise BadSettings(
                f"the environment variable {self._name} is not set, and a secret is kept in it",
                f"set it: export {self._name}=…",
            )
        return value

    def _from_keyring(self) -> str:
        import importlib

        try:
            keyring = importlib.import_module("keyring")
        except ImportError:
            raise Unavailable(
                "a secret is kept in the keyring, and the keyring library is not installed",
                f"install it: {how_to_install('keyring')}",
            ) from None
        service, _, user = self._name.rpartition("/")
        try:
            value = keyring.get_password(service, user)
        except Exception as error:  # noqa: BLE001  every backend raises its own kind
            raise Unavailable(
                f"the keyring did not answer ({type(error).__name__})",
                'unlock it, or keep the secret in the environment: {env = "NAME"}',
            ) from None
        if not value:
            raise BadSettings(
                f"the keyring has no secret for {self._name}",
                f"store it: keyring set {service} {user}",
            )
        return str(value)

    def _from_command(self) -> str:
        import shlex
        import subprocess

        try:
            done = subprocess.run(  # noqa: S603  the owner's own command, no shell
                shlex.split(self._name), capture_output=True, check=True, timeout=60, text=True
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise Unavailable(
                f"the command that gives a secret did not work ({type(error).__name__})",
                "run it by hand; its first line of output must be the secret",
            ) from None
        first = done.stdout.splitlines()[0] if done.stdout else ""
        if not first:
            raise BadSettings(
                "the command that gives a secret printed nothing",
                "run it by hand; its first line of output must be the secret",
            )
        return first
