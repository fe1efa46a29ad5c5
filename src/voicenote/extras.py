"""How to add what is missing: the command that installs it, for the way this program was installed.

It may live in an environment of pipx or of uv, where `pip` isn't at hand, in a virtual
environment, or in a checkout. The command is one that can be pasted as it is.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_NAME = "voicenote"
#: The files by which pipx and uv mark the environments that they make.
_PIPX = "pipx_metadata.json"
_UV = "uv-receipt.toml"
_EXTRA = re.compile(r"""\bextra *== *['"]([a-z]+)['"]""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where this program is installed: the folder of its Python, that program, and what made it.

    `by` is "pipx", "uv" or "pip". `at_hand` is whether its `pip` is the one that a shell finds.
    `needs` are the requirements in its metadata.
    """

    by: str
    python: str
    at_hand: bool = True
    needs: Sequence[str] = ()


def how_to_install(extra: str) -> str:
    """Return the command that installs an extra of voicenote, such as ``ears``."""
    here = _look_around(os.environ)
    if here.by == "pip":
        return install_command([f"{_NAME}[{extra}]"], here)
    return install_command(packages_of(extra, here.needs), here)


def how_to_install_packages(*packages: str) -> str:
    """Return the command that installs packages beside this program."""
    return install_command(packages, _look_around(os.environ))


def install_command(packages: Sequence[str], here: Installation) -> str:
    """Return the command that adds packages to an installation. Pure."""
    named = " ".join(f'"{one}"' if set(one) & set("[]<>=! ") else one for one in packages)
    if here.by == "pipx":
        return f"pipx inject {_NAME} {named}"
    python = f'"{here.python}"' if " " in here.python else here.python
    if here.by == "uv":
        return f"uv pip install --python {python} {named}"
    return f"pip install {named}" if here.at_hand else f"{python} -m pip install {named}"


def packages_of(extra: str, needs: Sequence[str]) -> list[str]:
    """Return the packages of an extra, as ``name>=1``, from the requirements of a package. Pure."""
    found = []
    for one in needs:
        what, _, marker = one.partition(";")
        named = _EXTRA.search(marker)
        if named and named[1] == extra:
            found.append(what.strip().replace(" ", ""))
    return found or [f"{_NAME}[{extra}]"]


def _look_around(env: Mapping[str, str]) -> Installation:
    from importlib.metadata import PackageNotFoundError, requires

    place = Path(sys.prefix)
    try:
        needs = requires(_NAME) or ()
    except PackageNotFoundError:
        needs = ()
    marks = (("pipx", _PIPX), ("uv", _UV))
    by = next((name for name, mark in marks if (place / mark).is_file()), "pip")
    active = env.get("VIRTUAL_ENV", "")
    return Installation(
        by=by,
        python=sys.executable,
        at_hand=_is_checkout() or bool(active and Path(active) == place),
        needs=needs,
    )


def _is_checkout() -> bool:
    """Whether this runs from its sources: who works on it has its `pip` at hand."""
    return (Path(__file__).parents[2] / "pyproject.toml").is_file()
