"""Write settings: the commented file of `init`, and saved import profiles."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from voicenote.errors import BadSettings, Unavailable
from voicenote.files import FILE, open_beside
from voicenote.options import Option, describe
from voicenote.settings.schema import NAMED, TABLES, Profile

_EXAMPLES = """\
#[voice.de]
#engine = "system"

#[plans.make-it-right]
#steps = [{kind = "check-in", after = "P7D"}]

#[channels.mail]
#kind = "email"
#password = {env = "MAIL_PASSWORD"}

#[intake.helpdesk]
#map = {what_happened = "Complaint", customer = "Full name"}
#default = {language = "en"}
"""


def toml_of(value: object) -> str:
    """Return a value in TOML."""
    import tomlkit

    plain = list(value) if isinstance(value, tuple) else value
    if isinstance(plain, dict):
        table = tomlkit.inline_table()
        table.update(plain)
        return table.as_string()
    return tomlkit.item(plain).as_string()


def commented_toml(answers: Mapping[str, object] | None = None) -> str:
    """Return a `voicenote.toml` with every setting explained.

    `answers` maps dotted names (``owner.name``) to the owner's answers. These are set; all others
    are comments with their default. Without answers the file loads to the defaults. Raises KeyError
    for an answer to an unknown setting.
    """
    left = {name: value for name, value in (answers or {}).items() if value is not None}
    lines = [
        "# voicenote: the settings of this workspace. A line that starts with #name = … shows",
        "# the default; take the # away to change it. Every setting can also come from the",
        "# environment: VOICENOTE_<TABLE>__<KEY>. All of it: docs/settings.md.",
    ]
    for name, kind in TABLES.items():
        lines += ["", *_comment(kind.__doc__ or ""), f"[{name}]"]
        for one in describe(kind):
            lines += _comment(one.doc)
            dotted = f"{name}.{one.key}"
            if dotted in left:
                lines.append(f"{one.key} = {toml_of(left.pop(dotted))}")
            else:
                lines.append(f"#{one.key} = {toml_of(one.default)}{_example(one)}")
    if left:
        raise KeyError(f"no such setting: {', '.join(left)}")
    lines += ["", "# Tables with names of your own, as examples:"]
    lines += [part for name, doc in NAMED.items() for part in _comment(f"[{name}.NAME] {doc}")]
    return "\n".join([*lines, "", _EXAMPLES])


def _comment(doc: str) -> list[str]:
    return textwrap.wrap(doc, 96, initial_indent="# ", subsequent_indent="# ")


def _example(one: Option) -> str:
    show = one.example is not None and not one.default
    return f"  # for example {toml_of(one.example)}" if show else ""


def save_profile(path: Path, name: str, profile: Profile) -> None:
    """Write ``[intake.NAME]`` into the settings file `path`, and keep everything else in it.

    The file is created if it doesn't exist, and replaced in one step. Raises BadSettings when it
    isn't TOML, Unavailable when it cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = path.resolve()
    try:
        text = file.read_bytes().decode("utf-8-sig") if file.exists() else ""
        document = tomlkit.parse(text)
        given = {one.name: getattr(profile, one.name) for one in fields(profile)}
        if "intake" not in document:
            document["intake"] = tomlkit.table(is_super_table=True)
        document["intake"][name] = {
            key: dict(value) if isinstance(value, Mapping) else value
            for key, value in given.items()
            if value
        }
        # keep a mode that was chosen for the file, such as one that lets a service read it
        mode = file.stat().st_mode & 0o777 if file.exists() else FILE
        with open_beside(file, mode=mode) as stream:
            stream.write(tomlkit.dumps(document).encode())
    except (TOMLKitError, UnicodeDecodeError, TypeError) as error:
        raise BadSettings(
            f"{path} cannot be added to: {error}", "correct it first; voicenote doctor shows where"
        ) from None
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror}", "check its folder's rights and space"
        ) from None
