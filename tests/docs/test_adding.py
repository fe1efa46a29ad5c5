"""The examples of a channel and of a voice are installed, found and driven, as the pages say."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.docs import running
from tests.fakes.made import info_of, make_channel, make_voice, options_from
from voicenote import plugins, wiring
from voicenote.delivery.port import NotFound
from voicenote.errors import BadData, BadSettings, Unavailable, VoiceUnavailable
from voicenote.model.memo import Clip
from voicenote.model.receipt import Parcel
from voicenote.model.sentences import Section, Sentence
from voicenote.script.writers.port import Task, Writer, WritingRequest
from voicenote.voice.port import Voice

ROOT = Path(__file__).resolve().parents[2]
RENEW = os.environ.get("VOICENOTE_DOCS") == "renew"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


Install = Callable[[str], str]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install the package that a page shows, as an installer would; return the page."""
    modules: list[str] = []

    def installed(name: str) -> str:
        page = (ROOT / "docs" / name).read_text("utf-8")
        site = tmp_path / "site"
        site.mkdir()
        for block in running.blocks(page):
            file = Path(block.notes.get("file", ""))
            text = "\n".join(block.lines) + "\n"
            if file.suffix == ".py":
                (site / file.name).write_text(text, encoding="utf-8")
                modules.append(file.stem)
            elif file.name == "pyproject.toml":
                _metadata(site, tomllib.loads(text)["project"])
        monkeypatch.syspath_prepend(site)
        wiring._makers.cache_clear()
        return page

    yield installed
    wiring._makers.cache_clear()
    for name in modules:
        sys.modules.pop(name, None)


def _metadata(site: Path, project: dict[str, Any]) -> None:
    name, version = project["name"], project["version"]
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{key} = {value}" for key, value in points.items())]
    (folder / "entry_points.txt").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("name", ["adding-a-channel.md", "adding-a-voice.md"])
def test_the_commands_of_the_page_run_with_the_example(
    name: str, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = install(name)
    ran = list(running.Desk(tmp_path / "desk", monkeypatch).play(page))
    assert [one.printed for one in ran if one.code] == []
    if RENEW:
        (ROOT / "docs" / name).write_text(running.renewed(page, ran), encoding="utf-8")
    else:
        wrong = [one for one in ran if not running.fits(one.shown, one.printed)]
        assert [(one.command, one.printed) for one in wrong] == []


@pytest.mark.parametrize("name", ["adding-a-channel.md", "adding-a-voice.md", "writers.md"])
def test_the_package_of_the_page_can_be_built(name: str) -> None:
    """Setuptools refuses to guess when a folder holds two modules, so the page names them."""
    page = (ROOT / "docs" / name).read_text("utf-8")
    files = {Path(b.notes["file"]): b.lines for b in running.blocks(page) if "file" in b.notes}
    [project] = [tomllib.loads("\n".join(files[it])) for it in files if it.name == "pyproject.toml"]
    modules = [file.stem for file in files if file.suffix == ".py"]
    assert project["tool"]["setuptools"]["py-modules"] == modules


def parcel(folder: Path) -> Parcel:
    (folder / "memo.ogg").write_bytes(b"OggS and more")
    return Parcel(
        key="c1r1-memo-1", message_id="<c1r1-memo-1@example.com>", case=1, kind="memo",
        customer="Mari Tamm", to="Mari Tamm", sender="", sender_name="Anna", language="en",
        subject="Your cake", text="I am sorry.", files={"ogg": str(folder / "memo.ogg")},
        duration_s=20.0, synthetic=False, made_at=NOW,
    )  # fmt: skip


def test_the_channel_commits_before_it_sends_and_sends_once(
    install: Install, tmp_path: Path
) -> None:
    install("adding-a-channel.md")
    make = plugins.load(plugins.CHANNELS).good["pigeon"]()
    loft = tmp_path / "loft"
    channel = make_channel(make, "loft", {"loft": str(loft)}, lambda: NOW)
    seen: list[int] = []

    def commit() -> None:
        seen.append(len(list(loft.glob("*.json"))))

    assert channel.ask("c1r1-memo-1", "") is NotFound.ABSENT
    first = channel.send(parcel(tmp_path), commit)
    assert channel.send(parcel(tmp_path), commit) == first
    assert seen == [0, 1]
    assert [path.name for path in loft.iterdir()] == ["c1r1-memo-1.json"]
    assert channel.ask("c1r1-memo-1", "") == first


def test_the_channel_of_the_page_is_tried_like_ours(install: Install, tmp_path: Path) -> None:
    """A share of the contract; the whole of it is what the page tells its reader to run."""
    install("adding-a-channel.md")
    tests = "tests/contract/test_channels.py"
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", tests),
            *("-k", "pigeon and not killed and not any_words"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout


def test_what_commit_raises_keeps_the_channel_from_sending(
    install: Install, tmp_path: Path
) -> None:
    install("adding-a-channel.md")
    make = plugins.load(plugins.CHANNELS).good["pigeon"]()
    channel = make_channel(make, "loft", {"loft": str(tmp_path / "loft")}, lambda: NOW)

    def broken() -> None:
        raise KeyError("the ledger says no")

    with pytest.raises(KeyError):
        channel.send(parcel(tmp_path), broken)
    assert channel.ask("c1r1-memo-1", "") is NotFound.ABSENT
    with pytest.raises(BadSettings):
        make_channel(make, "loft", {}, lambda: NOW)


def test_the_writer_of_the_page_writes(install: Install) -> None:
    install("writers.md")
    make = plugins.load(plugins.WRITERS).good["plain"]()
    says = [{"section": name, "sentences": ["A."]} for name in ("own", "validate", "expectations")]
    request = WritingRequest(
        task=Task.SCRIPT, instructions="", facts={"template_says": says}, schema={}
    )

    def sections(table: dict[str, object]) -> list[str]:
        writer: Writer = make(options_from(make, table, "writer"))
        assert isinstance(writer, Writer)
        return [one["section"] for one in writer.answer(request)["sections"]]

    assert sections({}) == ["own"]
    assert sections({"keep": ["validate"]}) == ["own", "validate"]
    with pytest.raises(Unavailable):
        make(options_from(make, {}, "writer")).answer(replace(request, task=Task.BACK))


def test_the_voice_speaks_what_can_be_said_and_refuses_the_rest(install: Install) -> None:
    install("adding-a-voice.md")
    make = plugins.load(plugins.VOICES).good["morse"]()
    voice = make_voice(make, {})
    assert isinstance(voice, Voice)
    assert info_of(make, {}).languages == voice.languages

    def say(text: str, language: str = "en") -> Clip:
        clip: Clip = voice.speak(Sentence(Section.OWN, text, personal=False), language)
        return clip

    assert say("I am sorry.").duration_s > say("I am.").duration_s > 0.1
    assert say("I am sorry.") == say("I am sorry.")
    assert say("I am sorry.").synthetic
    with pytest.raises(BadData):
        say("…")
    with pytest.raises(VoiceUnavailable):
        say("Vabandust", "et")
