"""Write settings: the commented file of `init`, a saved import profile, the reference page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from voicenote.errors import BadSettings, Unavailable
from voicenote.files import FILE, open_beside
from voicenote.settings.schema import NAMED, TABLES, ChannelTable, Profile
from voicenote.settings.voice_table import VoiceFor

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


def _toml(value: object) -> str:
    import tomlkit

    plain = list(value) if isinstance(value, tuple) else value
    if isinstance(plain, dict):
        table = tomlkit.inline_table()
        table.update(plain)
        return table.as_string()
    return tomlkit.item(plain).as_string()


def _declared_fields(kind: type) -> Iterator[tuple[Field[Any], Any]]:
    for field in fields(kind):
        if "kind" in field.metadata:
            default = field.default if field.default is not MISSING else {}
            yield field, default


def commented_toml(answers: Mapping[str, object] | None = None) -> str:
    """Return a `voicenote.toml` with every setting explained.

    `answers` maps dotted names (``owner.name``) to what the owner said; those are set, all others
    stand as comments with their default. Without answers the file loads to the defaults. Raises
    KeyError for an answer to no setting.
    """
    left = {name: value for name, value in (answers or {}).items() if value is not None}
    lines = [
        "# voicenote: the settings of this workspace. A line that starts with #name = … shows",
        "# the default; take the # away to change it. Every setting can also come from the",
        "# environment: VOICENOTE_<TABLE>__<KEY>. All of it: docs/settings.md.",
    ]
    for name, kind in TABLES.items():
        lines += ["", *_comment(kind.__doc__ or ""), f"[{name}]"]
        for field, default in _declared_fields(kind):
            lines += _comment(field.metadata["doc"])
            dotted = f"{name}.{field.name}"
            if dotted in left:
                lines.append(f"{field.name} = {_toml(left.pop(dotted))}")
            else:
                lines.append(f"#{field.name} = {_toml(default)}{_example(field, default)}")
    if left:
        raise KeyError(f"no such setting: {', '.join(left)}")
    lines += ["", "# Tables with names of your own, as examples:"]
    lines += [part for name, doc in NAMED.items() for part in _comment(f"[{name}.NAME] {doc}")]
    return "\n".join([*lines, "", _EXAMPLES])


def _comment(doc: str) -> list[str]:
    return textwrap.wrap(doc, 96, initial_indent="# ", subsequent_indent="# ")


def _example(field: Field[Any], default: object) -> str:
    example = field.metadata["example"]
    return f"  # for example {_toml(example)}" if example is not None and not default else ""


def save_profile(
    path: Path,
    name: str,
    mapping: Mapping[str, str],
    defaults: Mapping[str, str],
    source: str = "",
) -> None:
    """Write ``[intake.NAME]`` into the settings file `path`, keeping all else as it stands.

    The file is made when there is none, and is replaced in one step. Raises BadSettings when it is
    not TOML, Unavailable when it cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = path.resolve()
    try:
        text = file.read_bytes().decode("utf-8-sig") if file.exists() else ""
        document = tomlkit.parse(text)
        profile = tomlkit.table()
        if source:
            profile["source"] = source
        for key, values in (("map", mapping), ("default", defaults)):
            if values:
                inner = tomlkit.table()
                inner.update(values)
                profile[key] = inner
        if "intake" not in document:
            document["intake"] = tomlkit.table(is_super_table=True)
        document["intake"][name] = profile
        # a mode that somebody chose for the file stays, such as one for a service that reads it
        mode = file.stat().st_mode & 0o777 if file.exists() else FILE
        with open_beside(file, mode=mode) as stream:
            stream.write(tomlkit.dumps(document).encode())
    except (TOMLKitError, UnicodeDecodeError, TypeError) as error:
        raise BadSettings(
            f"{path} cannot be added to: {error}", "correct it first; voicenote doctor shows where"
        ) from None
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror}", "look at its folder's rights and space"
        ) from None


_HEAD = """\
# Settings

Settings live in `voicenote.toml` in the workspace (`--home`, else `$VOICENOTE_HOME`, else the
platform's data folder). `voicenote init` writes one with every setting explained. The environment
wins over the file: `VOICENOTE_<TABLE>__<KEY>`, for example `VOICENOTE_OWNER__TIME_ZONE`. Its values
are read as TOML where that is possible, else as text. All problems are reported at once, with
their lines, and the exit code is 78.

Secrets are never written here, only referred to: `{env = "NAME"}` (a variable),
`{keyring = "service/user"}` (the system's keyring; needs the `keyring` library) or
`{command = "…"}` (the first line of what it prints). A key named `password`, `passphrase`,
`token`, `key` or `secret`, or ending in one of them (`api_key`), takes nothing else.

This page is made from the declarations in `src/voicenote/settings/schema.py`.
"""


def reference_md() -> str:
    """Return `docs/settings.md`, made from the declarations."""
    parts = [_HEAD]
    for name, kind in TABLES.items():
        parts.append(_section(f"[{name}]", kind.__doc__ or "", kind, f"VOICENOTE_{name.upper()}__"))
        if name == "voice":
            doc = (
                "The same for one language, by its BCP 47 tag; what is left out comes from [voice]."
                ' For one owner: `[voice.owner."Ada Founder"]`, and for one language of theirs '
                '`[voice.owner."Ada Founder".de]`.'
            )
            parts.append(_section("[voice.LANGUAGE]", doc, VoiceFor, "VOICENOTE_VOICE__DE__"))
    for name, doc in NAMED.items():
        if name in ("intake", "channels"):
            kind = Profile if name == "intake" else ChannelTable
            parts.append(_section(f"[{name}.NAME]", doc, kind, ""))
        else:
            parts.append(f"## [{name}.NAME]\n\n{doc}\n")
    return "\n".join(parts)


def _section(title: str, doc: str, kind: type, prefix: str) -> str:
    lines = [
        f"## {title}",
        "",
        doc.strip(),
        "",
        "| setting | default | what it is |",
        "|---|---|---|",
    ]
    for field, default in _declared_fields(kind):
        words = field.metadata["doc"]
        example = field.metadata["example"]
        if example is not None:
            words += f" For example `{_toml(example)}`."
        variable = f" `{prefix}{field.name.upper()}`" if prefix else ""
        shown = "" if default is None else f"`{_toml(default)}`"
        lines.append(f"| `{field.name}` | {shown} | {words}{variable} |")
    return "\n".join([*lines, ""])
