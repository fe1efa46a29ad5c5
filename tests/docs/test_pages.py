"""What the pages show is what happens: their commands run, and print what is shown.

``VOICENOTE_DOCS=renew pytest tests/docs`` writes the newest output into the pages.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.docs import running
from voicenote.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN = [ROOT / "README.md", ROOT / "docs" / "guide.md"]
RENEW = os.environ.get("VOICENOTE_DOCS") == "renew"
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_every_command_of_a_page_runs_and_prints_what_is_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page.read_text("utf-8")
    ran = list(running.Desk(tmp_path / "desk", monkeypatch).play(text))
    if RENEW:
        page.write_text(running.renewed(text, ran), encoding="utf-8")
    wrong = []
    for one, after in zip(ran, [*ran[1:], None], strict=True):
        if one.code and not (after and after.command == "echo $?"):
            wrong.append(f"$ {one.command}\nended with {one.code}\n" + "\n".join(one.printed))
        elif one.compared and not RENEW and not running.fits(one.shown, one.printed):
            wrong.append(f"$ {one.command}\nprints\n" + "\n".join(one.printed))
    assert not wrong, "\n\n".join(wrong) + "\n\nif that is right: VOICENOTE_DOCS=renew pytest"


@pytest.mark.parametrize(
    "moment", ["2026-11-28T01:30+00:00", "2027-12-24T22:50+00:00", "2028-02-29T12:00+00:00"]
)
def test_the_readme_works_on_any_day_and_at_any_hour(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a Saturday night, on Christmas Eve, on a leap day: who tries it does so when they can."""
    desk = running.Desk(tmp_path / "desk", monkeypatch)
    desk.moment = datetime.fromisoformat(moment)
    ran = desk.play((ROOT / "README.md").read_text("utf-8"))
    wrong = [one for one in ran if one.code or not running.fits(one.shown, one.printed)]
    assert [(one.command, one.printed) for one in wrong if one.code or one.compared] == []


def code_of(page: str) -> str:
    """Return what a page has in code, in blocks and in backticks."""
    outside = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    inside = [line for block in running.blocks(page) for line in block.lines]
    return "\n".join([*inside, *re.findall(r"`([^`]+)`", outside)])


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    code = code_of(page.read_text("utf-8"))
    lines = re.findall(
        r"(?:^|[$;&|`(] ?|: )voicenote((?: --home \S+| -q| --json)*) ([a-z-]+)", code, re.MULTILINE
    )
    assert {name for _, name in lines if not name.startswith("-")} - set(COMMANDS) == set()


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_inside_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    ours = [link for link in links if not re.match(r"[a-z]+:", link)]
    lost = [link for link in ours if not (page.parent / link).exists()]
    for anchor in re.findall(r"\]\(#([^)]+)\)", text):
        titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        known = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
        if anchor not in known:
            lost.append(f"#{anchor}")
    assert lost == []


def test_the_readme_fits_into_one_look() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 150


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=[*NAMES, "CHANGELOG.md"])
def test_a_page_names_no_registry_and_no_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.findall(r"index-url|://[\w.-]*py[\w-]*\.(?:org|io)/(?:simple|packages)", text) == []
    assert re.findall(r"(?<![\w.~])/(?:home|Users|root|work|tmp|private)/\S*", text) == []


def test_the_changelog_tells_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[(Unreleased|0\.1\.0)\]", text, re.MULTILINE)
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {
        "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Known gaps",
    }  # fmt: skip
