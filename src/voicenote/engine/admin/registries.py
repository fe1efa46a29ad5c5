"""Which package registries this account uses: what pip, uv and npm are set to, or the public ones.

Only one index is asked, the main one. A file from it is checked by its hash, so it doesn't matter
which mirror it is. A name and password in an index's address are used and never shown.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PYPI = "https://pypi.org/simple"
NPM = "https://registry.npmjs.org"


@dataclass(frozen=True, slots=True)
class Registries:
    """The addresses of a Python index (its "simple" page) and of an npm registry."""

    python: str
    npm: str

    @property
    def hosts(self) -> str:
        """Both as a person reads them, without a name and a password that they may hold."""
        return f"{host_of(self.python)} and {host_of(self.npm)}"


def host_of(address: str) -> str:
    """Return the host of an address, which may hold a password."""
    with suppress(ValueError):
        return urlsplit(address).hostname or "the registry"
    return "the registry"


def find_registries(env: Mapping[str, str], python: str = "", npm: str = "") -> Registries:
    """Return the registries to use: those given, else those of this account, else the public ones.

    Reads the variables and the settings files of pip, uv and npm.
    """
    variables = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
    python = python or next((env[name] for name in variables if env.get(name)), "")
    python = python or next(_of_pip(env), PYPI)
    npm = npm or env.get("npm_config_registry", "") or env.get("NPM_CONFIG_REGISTRY", "")
    npm = npm or next(_of_npm(env), NPM)
    return Registries(python.rstrip("/"), npm.rstrip("/"))


def _of_pip(env: Mapping[str, str]) -> Iterator[str]:
    """Yield the indexes that pip's settings name, those that win first."""
    import platformdirs

    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    home = Path(env.get("HOME") or env.get("USERPROFILE") or os.curdir)
    places = [
        Path(sys.prefix) / name,
        platformdirs.user_config_path("pip", appauthor=False, roaming=True) / name,
        home / ".config" / "pip" / name,
        home / ("pip" if sys.platform == "win32" else ".pip") / name,
        platformdirs.site_config_path("pip", appauthor=False) / name,
        Path("/etc") / name,
    ]
    named = env.get("PIP_CONFIG_FILE")
    for place in [Path(named)] if named else places:
        read = configparser.RawConfigParser()
        with suppress(OSError, UnicodeError, configparser.Error):
            read.read_string(place.read_text("utf-8"))
            if found := read.get("global", "index-url", fallback=""):
                yield found


def _of_npm(env: Mapping[str, str]) -> Iterator[str]:
    home = Path(env.get("HOME") or env.get("USERPROFILE") or os.curdir)
    for place in (home / ".npmrc", Path("/etc/npmrc")):
        with suppress(OSError, UnicodeError):
            for line in place.read_text("utf-8").splitlines():
                name, _, value = line.partition("=")
                if name.strip() == "registry" and value.strip():
                    yield value.strip()
