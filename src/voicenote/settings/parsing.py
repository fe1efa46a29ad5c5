"""Turn values from TOML and the environment into `Settings`, and note every problem."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voicenote.errors import Problem
from voicenote.files import expand_home
from voicenote.options import FromEnvironment, Secret, describe, read, validators
from voicenote.options.reading import closest, nearest
from voicenote.options.secret import ADVICE, is_reference, is_secret_key
from voicenote.settings.ears_table import EarsTable
from voicenote.settings.schema import NAMED, TABLES, ChannelTable, Profile, Settings
from voicenote.settings.voice_table import VoiceFor, VoiceTable
from voicenote.settings.writer_table import WriterTable

#: A user name and a password inside a URL.
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
#: The table in [voice] that has a table for each owner.
_OWNER = "owner"


def plain(value: Any) -> Any:
    """Return the value as TOML would have given it, also for a variable."""
    return value.parsed if isinstance(value, FromEnvironment) else value


class Structure:
    """One reading of the settings. Errors are added to `problems`; nothing raises."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[Problem] = []
        self._home = Path()

    def add(self, field: str, what: str, advice: str = "") -> None:
        """Note a problem with the dotted `field`."""
        self.problems.append(Problem(what=what, advice=advice, field=field))

    def settings(self, home: Path, file: Path, given: Mapping[str, Any]) -> Settings:
        """Return `Settings` from everything in `given`."""
        self._home = home.absolute()
        known = [*TABLES, *NAMED]
        for name in given:
            if name == "retention":
                advice = "take the table out of the file"
                self.add(name, "this is not built yet: nothing is deleted automatically", advice)
            elif name not in known:
                self.add(name, "there is no such table", nearest(name, known))
        made: dict[str, Any] = {}
        for name, kind in TABLES.items():
            table = self.table(name, given.get(name, {}))
            if kind is VoiceTable:
                made[name] = self.voice(table)
            elif kind in (WriterTable, EarsTable):
                made[name] = self.extended(kind, table, name)
            else:
                raw = self.secrets(table, name) if name in ("ledger", "marks") else table
                made[name] = read(kind, raw, name, self.problems)
        made["plans"] = {
            name: self.secrets(table, f"plans.{name}")
            for name, table in self.tables("plans", given)
        }
        made["channels"] = {
            name: self.channel(name, table) for name, table in self.tables("channels", given)
        }
        made["intake"] = {
            name: read(Profile, table, f"intake.{name}", self.problems)
            for name, table in self.tables("intake", given)
        }
        return Settings(home=home, file=file, **made)

    def table(self, dotted: str, value: Any) -> dict[str, Any]:
        """Return `value` as a table; if it isn't one, note that and return an empty one."""
        value = plain(value)
        if isinstance(value, dict):
            return value
        self.add(dotted, "this is a table, not a value", f"write [{dotted}] on a line of its own")
        return {}

    def tables(self, name: str, given: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
        """Yield the named tables under `name`."""
        for key, value in self.table(name, given.get(name, {})).items():
            yield key, self.table(f"{name}.{key}", value)

    def voice(self, table: Mapping[str, Any]) -> VoiceTable:
        """Return the settings of [voice], with its tables for languages and owners."""
        owners = self.table("voice.owner", table.get(_OWNER, {}))
        rest = {key: value for key, value in table.items() if key != _OWNER}
        common = self.voices("voice", rest, VoiceTable())
        of_owners = {}
        for name, inner in owners.items():
            where = f"voice.owner.{name}"
            of_owners[name] = self.voices(where, self.table(where, inner), common)
        return replace(common, by_owner=of_owners)

    def voices(self, where: str, table: Mapping[str, Any], common: VoiceTable) -> VoiceTable:
        """Return one table of voices with its language tables; what is missing is from `common`.

        The language tables of `common` apply too, unless this table chooses for all languages.
        """
        inner = {
            key: value
            for key, value in table.items()
            if isinstance(value, dict) and not is_reference(value)
        }
        own = {key: value for key, value in table.items() if key not in inner}
        kind = VoiceTable if where == "voice" else VoiceFor
        said = self.chosen(kind, where, own, common)
        made = replace(common, **said)
        languages: dict[str, VoiceFor] = {} if said else dict(common.by_language)
        for tag, of_language in inner.items():
            place = f"{where}.{tag}"
            try:
                validators.language(tag)
            except ValueError as error:
                self.add(place, *(str(arg) for arg in error.args[:2]))
            usual = languages.get(tag, made)
            names = [one.name for one in describe(VoiceFor)] + ["options"]
            chosen = self.chosen(VoiceFor, place, of_language, usual)
            languages[tag] = VoiceFor(**({n: getattr(usual, n) for n in names} | chosen))
        return replace(made, by_language=languages)

    def chosen(
        self, kind: type[VoiceFor], where: str, table: Mapping[str, Any], usual: VoiceFor
    ) -> dict[str, Any]:
        """Return what a table sets. Another engine does not inherit the options of `usual`."""
        declared = {one.key: one.name for one in describe(kind)}
        general = {one.key for one in describe(VoiceTable)} - declared.keys()
        for key in general & table.keys():
            self.add(f"{where}.{key}", "this is the same for all voices", "set it in [voice]")
        common = {key: value for key, value in table.items() if key in declared}
        filled = read(kind, common, where, self.problems)
        said: dict[str, Any] = {declared[key]: getattr(filled, declared[key]) for key in common}
        own = {key: value for key, value in table.items() if key not in declared.keys() | general}
        for key in list(own):
            if close := closest(key, declared, cutoff=0.8):
                self.add(f"{where}.{key}", "there is no such setting", f"did you mean {close[0]}?")
                del own[key]
        another = said.get("engine", usual.engine) != usual.engine
        if another:
            said = {"voice": "", "rate": 0} | said
        kept = {} if another and usual.engine != "auto" else usual.options
        if own or kept != usual.options:
            said["options"] = {**kept, **{k: self.of_voice(k, v, where) for k, v in own.items()}}
        return said

    def of_voice(self, key: str, value: Any, where: str) -> Any:
        """Return one of an engine's own options; a secret reference becomes text, such as env:NAME.

        Voices are also made in other processes, and a `Secret` cannot be sent to them.
        """
        given = plain(value)
        if is_reference(given):
            return ":".join(self.place(given))
        if is_secret_key(key) and given != "" and not _is_place(given):
            self.add(f"{where}.{key}", "a secret does not belong in this file", ADVICE)
            return ""
        return self.raw(key if not is_secret_key(key) else "", value, f"{where}.{key}")

    def channel(self, name: str, table: Mapping[str, Any]) -> ChannelTable:
        """Return a channel's settings. Its kind is its name unless it sets another."""
        made: ChannelTable = self.extended(ChannelTable, table, f"channels.{name}")
        return replace(made, kind=made.kind or name)

    def extended(self, kind: type, table: Mapping[str, Any], where: str) -> Any:
        """Return a table; what `kind` doesn't declare is its plug-in's own: the `options`."""
        keys = {one.key for one in describe(kind)}
        general = {key: value for key, value in table.items() if key in keys}
        own = {key: value for key, value in table.items() if key not in keys}
        made: Any = read(kind, general, where, self.problems)
        return replace(made, options=self.secrets(own, where))

    def secrets(self, table: Mapping[str, Any], dotted: str) -> dict[str, Any]:
        """Return a raw table with each reference as a Secret; secrets in plain text are refused."""
        return {key: self.raw(key, value, f"{dotted}.{key}") for key, value in table.items()}

    def raw(self, key: str, value: Any, where: str) -> Any:
        """Return one value of a raw table, of any shape."""
        given = plain(value)
        if isinstance(given, dict):
            named = {k: v.raw if isinstance(v, FromEnvironment) else v for k, v in given.items()}
            if is_reference(named):
                return Secret(*self.place(named), self.env)
        if is_secret_key(key) or (isinstance(given, str) and _PASSWORD_IN_URL.search(given)):
            return self.hidden(key, value, where)
        if isinstance(given, dict):
            return self.secrets(given, where)
        if isinstance(given, list):
            return [self.raw("", item, where) for item in given]
        return given if isinstance(given, str) else value

    def place(self, reference: Mapping[str, str]) -> tuple[str, str]:
        """Return the way and the name of a reference; a file's path starts in the workspace."""
        ((way, name),) = reference.items()
        return way, str(self._home / expand_home(name)) if way == "file" else name

    def hidden(self, key: str, value: Any, where: str) -> str | Secret:
        """Return a secret that isn't a reference; only the environment may hold one."""
        if isinstance(value, FromEnvironment):
            return Secret("given", value.raw, self.env)
        if value != "":
            what = "a secret" if is_secret_key(key) else "a URL with a password"
            self.add(where, f"{what} does not belong in this file", ADVICE)
        return ""


def _is_place(given: object) -> bool:
    try:
        return bool(validators.reference(given))
    except ValueError:
        return False
