"""Every option is on its page, in a table made from what is declared.

``VOICENOTE_DOCS=renew pytest tests/docs/test_options.py`` writes the tables again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from voicenote.intake.fields import FIELDS
from voicenote.options import Option, describe, options_of
from voicenote.plugins import CHANNELS, EARS, VOICES, WRITERS, load
from voicenote.schedule.plans import Plan, Step
from voicenote.settings import ChannelTable, Profile
from voicenote.settings.schema import TABLES
from voicenote.settings.voice_table import VoiceFor
from voicenote.settings.writing import toml_of

DOCS = Path(__file__).parents[2] / "docs"
PLACE = re.compile(r"(<!-- options of (?P<name>.+?) -->\n).*?(<!-- end of options -->)", re.DOTALL)
PAGES = ("settings.md", "channels.md", "email.md", "voices.md", "writers.md", "ears.md")


def kinds() -> dict[str, type[Any]]:
    """Everything that has options, by the name on its page."""
    ours = {
        name: options_of(maker())
        for group in (CHANNELS, VOICES)
        for name, maker in load(group).good.items()
        if maker().__module__.startswith("voicenote.")
    }
    for what, group in (("writer", WRITERS), ("ears", EARS)):
        made = {f"{what} {name}": options_of(maker()) for name, maker in load(group).good.items()}
        ours |= {name: kind for name, kind in made.items() if describe(kind)}
    return {
        **{f"[{name}]": kind for name, kind in TABLES.items()},
        "[voice.LANGUAGE]": VoiceFor,
        "[channels.NAME]": ChannelTable,
        "[intake.NAME]": Profile,
        "[plans.NAME]": Plan,
        "a step": Step,
        **{name: kind for name, kind in ours.items() if any(one.doc for one in describe(kind))},
    }


def table(kind: type[Any]) -> str:
    """Return the options of `kind` as Markdown; those without words nobody sets."""
    rows = [f"| `{one.key}` | {shown(one)} | {about(one)} |\n" for one in describe(kind) if one.doc]
    return "| setting | default | what it is |\n|---|---|---|\n" + "".join(rows)


def shown(one: Option) -> str:
    if one.required:
        return "has to be set"
    plain = isinstance(one.default, str | bool | int | float | tuple | Path)
    if not plain or one.default in ("", (), Path()):
        return ""
    return f"`{toml_of(str(one.default) if isinstance(one.default, Path) else one.default)}`"


def about(one: Option) -> str:
    words = f"{one.doc[0].upper()}{one.doc[1:].rstrip('.')}."
    example = "" if one.example is None else f" For example `{toml_of(one.example)}`."
    return f"{words}{example}"


@pytest.mark.parametrize("name", PAGES)
def test_the_tables_of_a_page_are_current(name: str) -> None:
    page = DOCS / name
    found = page.read_text("utf-8")
    known = kinds()
    wanted = PLACE.sub(lambda place: place[1] + table(known[place["name"]]) + place[3], found)
    if os.environ.get("VOICENOTE_DOCS") == "renew":
        page.write_text(wanted, "utf-8")
    assert found == wanted, "VOICENOTE_DOCS=renew pytest tests/docs/test_options.py"


def test_everything_with_options_is_on_a_page() -> None:
    pages = "".join((DOCS / name).read_text("utf-8") for name in PAGES)
    there = {place["name"] for place in PLACE.finditer(pages)}
    assert there == set(kinds())


def test_every_option_says_what_it_is_for() -> None:
    for kind in kinds().values():
        assert all(
            one.doc or one.name in ("folder", "owner", "patience", "shared", "consents")
            for one in describe(kind)
        )


def test_the_guide_names_every_field_of_a_complaint() -> None:
    """Nothing else tells what `--map`, `--default`, a TOML file and a JSON record may say."""
    section = (DOCS / "guide.md").read_text("utf-8").partition("## Many at once")[2]
    told = set(re.findall(r"`([a-z_]+)`", section.partition("\n## ")[0]))
    assert sorted(FIELDS.keys() - told) == []
