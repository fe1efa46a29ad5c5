"""Write settings: the commented file of `init`, saved import profiles, and channels."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

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
    """Write ``[intake.NAME]`` into the settings file; raises as `save_table` does."""
    given = {one.name: getattr(profile, one.name) for one in fields(profile)}
    save_table(path, "intake", name, {key: value for key, value in given.items() if value})


def save_table(
    path: Path, group: str, name: str, values: Mapping[str, object], keep: Container[str] = ()
) -> None:
    """Write ``[group.name]`` into the settings file `path`, and keep everything else in it.

    Of an earlier table of that name, the keys in `keep` stay. The file is created if it doesn't
    exist, and replaced in one step. Raises BadSettings when it isn't TOML, Unavailable when it
    cannot be written.
    """
    import tomlkit

    def change(document: Any) -> None:
        if group not in document:
            document[group] = tomlkit.table(is_super_table=True)
        if name not in document[group]:
            document[group][name] = tomlkit.table()
        table = document[group][name]
        for key in [key for key in table if key not in values and key not in keep]:
            del table[key]
        for key, value in values.items():
            table[key] = value
            if isinstance(value, Mapping):
                table[key] = inline = tomlkit.inline_table()
                inline.update(value)

    _edit(path, change)


def save_setting(path: Path, table: str, key: str, value: object) -> None:
    """Write one setting of a built-in table, in place of its comment if it has one.

    Raises as `save_table` does.
    """
    import tomlkit

    def change(document: Any) -> None:
        if table not in document:
            document[table] = tomlkit.table()
        document[table][key] = value

    text = _read(path)
    lines = text.splitlines(keepends=True)
    place = _find_line(lines, table, f"#{key} = ")
    if place is not None and key not in tomlkit.parse(text).get(table, {}):
        lines[place] = f"{key} = {toml_of(value)}\n"
        _write(path, "".join(lines))
    else:
        _edit(path, change)


def _find_line(lines: Sequence[str], table: str, start: str) -> int | None:
    """Return the place of the first line of a table that begins with `start`."""
    inside = False
    for place, line in enumerate(lines):
        if line.startswith("["):
            inside = line.strip() == f"[{table}]"
        elif inside and line.startswith(start):
            return place
    return None


def _edit(path: Path, change: Callable[[Any], None]) -> None:
    """Let `change` edit the document, and write it back."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(_read(path))
        change(document)
        text = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError) as error:
        raise _not_toml(path, error) from None
    _write(path, text)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise _not_toml(path, error) from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}", "check its rights") from None


def _write(path: Path, text: str) -> None:
    file = path.resolve()
    try:
        # keep a mode that was chosen for the file, such as one that lets a service read it
        mode = file.stat().st_mode & 0o777 if file.exists() else FILE
        with open_beside(file, mode=mode) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror}", "check its folder's rights and space"
        ) from None


def _not_toml(path: Path, error: Exception) -> BadSettings:
    return BadSettings(
        f"{path} cannot be added to: {error}", "correct it first; voicenote doctor shows where"
    )
