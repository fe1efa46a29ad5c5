"""`demo` tells its first story in words, and what it prints can be pasted and opened."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import sys
import webbrowser
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import Result

from voicenote import wiring
from voicenote.cli.commands.demo import offer_page
from voicenote.cli.terminal.own_command import own_command, paste
from voicenote.cli.terminal.session import Session

Call = Callable[..., Result]
SAMPLES = Path(__file__).parents[2] / "samples"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples with the first case only, whose words try to be markup, and a voice that hums."""
    folder = tmp_path_factory.mktemp("samples") / "samples"
    shutil.copytree(SAMPLES, folder)
    first = (SAMPLES / "complaints.csv").read_text("utf-8").splitlines(keepends=True)[:2]
    (folder / "complaints.csv").write_text("".join(first), encoding="utf-8")
    head, *events = (SAMPLES / "story.toml").read_text("utf-8").split("\n[[event]]\n")
    kept = [event for event in events if 'case = "music-box"' in event]
    head = head.replace('project = "thirty-days"', "").replace("days = 45", "days = 9")
    story = "\n[[event]]\n".join([head, *kept]).replace(
        "Dad winds", "<script>Dad & I</script> winds"
    )
    (folder / "story.toml").write_text(story, encoding="utf-8")
    settings = (SAMPLES / "voicenote.toml").read_text("utf-8")
    settings = settings.replace('engine = "auto"', 'engine = "silent"')
    (folder / "voicenote.toml").write_text(settings, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def place(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a demo goes: a name that a shell would take apart."""
    return tmp_path_factory.mktemp("demo") / "my demo's folder"


@pytest.fixture(scope="module")
def told(samples: Path, place: Path, call_at: Callable[[Path], Call]) -> Result:
    """What the demo of one case printed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "samples_folder", lambda: samples)
        done = call_at(place.parent)("demo", str(place))
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def page(told: Result, place: Path) -> str:
    return (place / "index.html").read_text("utf-8")


class Tags(HTMLParser):
    """Everything that a page names or loads, and what is still open at its end."""

    VOID = frozenset({"meta", "path", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_first_case_is_told_before_anything_else(told: Result) -> None:
    lines = told.stderr.splitlines()
    assert lines[0] == "Grace Holloway writes to Linden Yard:"
    assert lines.index("  Hi Grace. It's Ada Linden from Linden Yard.") < 15


def test_the_promise_of_the_first_case_is_kept_and_told(told: Result) -> None:
    """None of its messages waits for a person: the check lets each of them go."""
    assert "status by outbox" in told.stderr
    assert "waits for you" not in told.output
    assert re.search(r"Grace Holloway +ally +1 +3 +1\.1 confirmed", told.output)


def test_what_the_demo_prints_can_be_pasted(
    told: Result, place: Path, call_at: Callable[[Path], Call], tmp_path: Path
) -> None:
    commands = [
        shlex.split(line) for line in told.stdout.splitlines() if line.startswith("  voicenote ")
    ]
    assert [words[1] for words in commands] == ["play", "--home", "say", "new"]
    assert "Case 1: Grace Holloway" in call_at(tmp_path)(*commands[1][1:]).output
    assert Path(commands[0][2]).is_file()
    assert not re.search(r"voicenote (?!play|--home|say|new)", told.output)


def test_the_page_names_no_other_place(page: str) -> None:
    links = Tags(page).links
    assert links
    assert {link.partition(":")[0] for link in links} == {"data"}
    assert "http" not in page
    assert "url(" not in page


def test_the_page_is_whole_and_has_a_player_for_each_memo(page: str, place: Path) -> None:
    assert not Tags(page).open
    sent = len(list(place.glob("outbox/*/memo.mp3")))
    assert page.count("<audio") == page.count('class="wave"') == sent == 3


def test_the_page_tells_the_life_of_the_promise(page: str) -> None:
    for words in ("by 6 March", "5 March<small>courier&#39;s receipt", "9 March<small>by the"):
        assert words in page


def test_a_customers_words_are_no_markup(page: str) -> None:
    assert "&lt;script&gt;Dad &amp; I&lt;/script&gt;" in page
    assert page.count("<script>") == 1


def test_a_demo_made_again_replaces_its_page(
    told: Result, samples: Path, place: Path, call_at: Callable[[Path], Call]
) -> None:
    (place / "index.html").write_text("mine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "samples_folder", lambda: samples)
        done = call_at(place.parent)("demo", str(place), "--json")
    assert done.exit_code == 0, done.output
    assert (place / "index.html.kept-1").read_text() == "mine"
    assert "<audio" in (place / "index.html").read_text("utf-8")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "answer", "opens"),
    [
        ({"DISPLAY": ":0"}, "\n", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "y\n", True),
        ({"DISPLAY": ":0"}, "n\n", False),
        ({}, "", False),
    ],
)
def test_the_page_is_opened_for_a_person_with_a_browser_who_wants_it(
    env: dict[str, str],
    answer: str,
    opens: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    def start(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "open", start)
    said = io.StringIO()
    session = Session(env=env, stdin=Terminal(answer), stdout=said, stderr=io.StringIO())
    offer_page(session, tmp_path / "a b.html")
    assert opened == ([f"{tmp_path.as_uri()}/a%20b.html"] if opens else [])


# -- commands to be pasted ---------------------------------------------------------------------


def program(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / "voicenote"
    made.touch(mode=0o755)
    return made


@pytest.mark.skipif(os.name == "nt", reason="a file that can be run has another name there")
def test_a_program_is_named_as_the_shell_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name if that is the one on PATH; else by its path."""
    here, other = program(tmp_path / "a"), program(tmp_path / "b")
    monkeypatch.setenv("PATH", str(tmp_path / "a"))
    assert own_command(str(here)) == ["voicenote"]
    assert own_command(str(other)) == [str(other)]
    monkeypatch.setenv("PATH", str(tmp_path))
    assert own_command(str(here)) == [str(here)]


def test_a_module_that_was_run_is_named_by_the_program_beside_its_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert own_command("/x/voicenote/__main__.py") == [str(tmp_path / "python"), "-m", "voicenote"]
    made = program(tmp_path)
    assert own_command("/x/voicenote/__main__.py") == [str(made)]


def test_what_a_shell_would_take_apart_is_quoted() -> None:
    quote = '"' if os.name == "nt" else "'"
    assert paste(["voicenote", "--home", "a b"]) == f"voicenote --home {quote}a b{quote}"
