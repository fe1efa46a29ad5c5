"""Turn what TOML and the environment gave into the declared values, noting every problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from voicenote.errors import Problem
from voicenote.settings import validators
from voicenote.settings.policy import Policy
from voicenote.settings.schema import (
    NAMED,
    TABLES,
    ChannelTable,
    Profile,
    Settings,
)
from voicenote.settings.secret import ADVICE, Secret, is_reference, is_secret_key
from voicenote.settings.voice_table import VoiceFor, VoiceTable


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """A value of a variable: as it was written, and as TOML would read it."""

    raw: str
    parsed: object


#: A user name and a password inside a URL.
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")


def plain(value: Any) -> Any:
    """Return what TOML would have given in place of a variable."""
    return value.parsed if isinstance(value, FromEnvironment) else value


def words(value: Any) -> Any:
    """Return a table with every variable in it as the text that it is."""
    if not isinstance(value, dict):
        return value
    return {k: v.raw if isinstance(v, FromEnvironment) else v for k, v in value.items()}


#: What [voice] says for all languages, and [voice.LANGUAGE] for one.
_SPOKEN = ("engine", "voice", "rate", "url", "model", "key", "languages")
_PLAIN = (*_SPOKEN, "disclosure", "fill_in")
#: The table of [voice] that has a table for each owner.
_OWNER = "owner"


class Structure:
    """One reading of the settings. `problems` grows; nothing raises."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[Problem] = []

    def add(self, field: str, what: str, advice: str = "") -> None:
        """Note a problem with the dotted `field`."""
        self.problems.append(Problem(what=what, advice=advice, field=field))

    def settings(self, home: Path, file: Path, given: Mapping[str, Any]) -> Settings:
        """Structure everything in `given`."""
        known = [*TABLES, *NAMED]
        for name in given:
            if name not in known:
                self.add(name, "there is no such table", nearest(name, known))
        made: dict[str, Any] = {}
        for name, kind in TABLES.items():
            table = self.table(name, given.get(name, {}))
            made[name] = self.voice(table) if kind is VoiceTable else self.fill(kind, name, table)
        self.in_order(made["policy"])
        made["plans"] = {
            name: self.secrets(table, f"plans.{name}")
            for name, table in self.tables("plans", given)
        }
        made["channels"] = {
            name: self.channel(name, table) for name, table in self.tables("channels", given)
        }
        made["intake"] = {
            name: self.fill(Profile, f"intake.{name}", table)
            for name, table in self.tables("intake", given)
        }
        return Settings(home=home, file=file, **made)

    def table(self, dotted: str, value: Any) -> dict[str, Any]:
        """Return `value` as a table, or note that it is none and go on with an empty one."""
        value = plain(value)
        if isinstance(value, dict):
            return value
        self.add(dotted, "this is a table, not a value", f"write [{dotted}] on a line of its own")
        return {}

    def tables(self, name: str, given: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
        """Yield the named tables under `name`."""
        for key, value in self.table(name, given.get(name, {})).items():
            yield key, self.table(f"{name}.{key}", value)

    def fill(self, kind: type, dotted: str, table: Mapping[str, Any]) -> Any:
        """Make a `kind` of declared settings from `table`, with defaults for what is wrong."""
        declared = {f.name: f for f in fields(kind) if "kind" in f.metadata}
        made = {}
        for key, value in table.items():
            where = f"{dotted}.{key}"
            if key not in declared:
                self.add(where, "there is no such setting", nearest(key, declared))
                continue
            checked = self.value(where, declared[key], value)
            if checked is not None:
                made[key] = checked
        return kind(**made)

    def value(self, where: str, field: Field[Any], value: Any) -> Any:
        """Return the checked value, or None when it is wrong, which is then noted."""
        if where == "ledger.url":
            return self.url(where, field, value)
        try:
            if isinstance(value, FromEnvironment):
                return self.from_environment(field, value)
            return field.metadata["kind"](words(value))
        except ValueError as error:
            self.add(where, *(str(arg) for arg in error.args[:2]))
            return None

    @staticmethod
    def from_environment(field: Field[Any], value: FromEnvironment) -> Any:
        """Check as TOML reads it; a text needs no quotes there, and may look like a number."""
        kind = field.metadata["kind"]
        try:
            return kind(value.parsed)
        except ValueError:
            if isinstance(value.parsed, str):
                raise
            try:
                return kind(value.raw)
            except ValueError:
                pass
            raise

    def voice(self, table: Mapping[str, Any]) -> VoiceTable:
        """Split [voice] into its own settings, the tables of languages and those of owners."""
        owners = self.table("voice.owner", table.get(_OWNER, {}))
        rest = {key: value for key, value in table.items() if key != _OWNER}
        common = self.voices("voice", rest, VoiceTable())
        of_owners = {}
        for name, inner in owners.items():
            where = f"voice.owner.{name}"
            of_owners[name] = self.voices(where, self.table(where, inner), common)
        return replace(common, by_owner=of_owners)

    def voices(self, where: str, table: Mapping[str, Any], common: VoiceTable) -> VoiceTable:
        """Take one table of voices and the tables of languages in it; what it lacks is `common`.

        The tables of languages in `common` hold too, unless this one chooses for all languages.
        """
        own = {key: value for key, value in table.items() if not isinstance(value, dict)}
        said = self.chosen(where, own, common)
        made = replace(common, **said)
        languages: dict[str, VoiceFor] = {} if said else dict(common.by_language)
        for tag, inner in table.items():
            if not isinstance(inner, dict):
                continue
            try:
                validators.language(tag)
            except ValueError as error:
                self.add(f"{where}.{tag}", *(str(arg) for arg in error.args[:2]))
            usual = languages.get(tag, made)
            chosen = self.chosen(f"{where}.{tag}", inner, usual)
            languages[tag] = VoiceFor(**({n: getattr(usual, n) for n in _SPOKEN} | chosen))
        return replace(made, by_language=languages)

    def chosen(self, where: str, table: Mapping[str, Any], usual: VoiceFor) -> dict[str, Any]:
        """Return what a table says; with another engine, voice and rate are not the usual ones."""
        kind = VoiceTable if where == "voice" else VoiceFor
        filled = self.fill(kind, where, table)
        names = [name for name in table if hasattr(filled, name) and name in _PLAIN]
        said = {name: getattr(filled, name) for name in names}
        if said.get("engine", usual.engine) != usual.engine:
            said = {"voice": "", "rate": 0, "languages": ()} | said
        return said

    def channel(self, name: str, table: Mapping[str, Any]) -> ChannelTable:
        """Take a channel's table: its kind is its name when it does not say another."""
        limits = {f.name: f for f in fields(ChannelTable) if "kind" in f.metadata}
        own = {
            key: self.value(f"channels.{name}.{key}", limits[key], table[key])
            for key in limits.keys() & table.keys()
        }
        rest = {key: value for key, value in table.items() if key not in limits}
        options = self.secrets(rest, f"channels.{name}")
        kind = options.pop("kind", name)
        if not isinstance(kind, str):
            self.add(f"channels.{name}.kind", "the kind is a channel's name", 'such as "email"')
            kind = name
        return ChannelTable(kind=kind, options=options, **own)

    def secrets(self, table: Mapping[str, Any], dotted: str) -> dict[str, Any]:
        """Return a raw table with every reference made a Secret; refuse secrets in plain text."""
        return {key: self.raw(key, value, f"{dotted}.{key}") for key, value in table.items()}

    def raw(self, key: str, value: Any, where: str) -> Any:
        """Return one value of a raw table, whatever its shape."""
        given = plain(value)
        if is_reference(words(given)):
            ((way, name),) = words(given).items()
            return Secret(way, name, self.env)
        if is_secret_key(key) or (isinstance(given, str) and _PASSWORD_IN_URL.search(given)):
            return self.hidden(key, value, where)
        if isinstance(given, dict):
            return self.secrets(given, where)
        if isinstance(given, list):
            return [self.raw("", item, where) for item in given]
        return given

    def hidden(self, key: str, value: Any, where: str) -> str | Secret:
        """Take a secret that is no reference: the environment may hold one, the file may not."""
        if isinstance(value, FromEnvironment):
            return Secret("given", value.raw, self.env)
        if value != "":
            what = "a secret" if is_secret_key(key) else "a URL with a password"
            self.add(where, f"{what} does not belong in this file", ADVICE)
        return ""

    def url(self, where: str, field: Field[Any], value: Any) -> str | Secret | None:
        """Take the ledger's URL; one with a password in it is a secret itself."""
        given = plain(value)
        if is_reference(words(given)):
            ((way, name),) = words(given).items()
            return Secret(way, name, self.env)
        if isinstance(value, FromEnvironment):
            return Secret("given", value.raw, self.env) if "://" in value.raw else value.raw
        try:
            url = str(field.metadata["kind"](given))
        except ValueError as error:
            self.add(where, *(str(arg) for arg in error.args[:2]))
            return None
        if _PASSWORD_IN_URL.search(url):
            self.add(where, "a URL with a password does not belong in this file", ADVICE)
            return None
        return url

    def in_order(self, policy: Policy) -> None:
        """Check the settings of the policy that only make sense in one order."""
        for group in (
            ("acknowledge_hours", "memo_hours", "breach_hours"),
            ("compensation_low", "compensation_high", "compensation_refuse"),
        ):
            for low, high in pairwise(group):
                if getattr(policy, low) > getattr(policy, high):
                    what = f"it is below {low}, {getattr(policy, low):g}"
                    self.add(f"policy.{high}", what, f"{' ≤ '.join(group)}")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice: the known name that was probably meant, else all of them."""
    from difflib import get_close_matches

    names = list(known)
    close = get_close_matches(word.lower(), names, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(names)}"
