"""The crontab line and the systemd units, for any path."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.engine.admin.os_schedule import crontab_line, installed, systemd_units
from voicenote.errors import BadData

PROGRAM = ["/opt/bin/voicenote"]
HOME = Path("/home/ada/notes")


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_a_line_end_in_the_path_is_refused_by_systemd_too(end: str) -> None:
    with pytest.raises(BadData, match="line break"):
        systemd_units(PROGRAM, Path(f"/srv/a{end}ExecStart=/bin/x"), 5)


@pytest.mark.parametrize(("minutes", "start"), [(1, "* "), (10, "*/10 "), (60, "0 ")])
def test_the_minutes_stand_first(minutes: int, start: str) -> None:
    assert crontab_line(PROGRAM, HOME, minutes).startswith(
        f"{start}* * * * umask 077; /opt/bin/voicenote"
    )


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\x00/"), min_size=1))
def test_any_folder_reaches_the_program_as_it_is(name: str) -> None:
    home = Path("/srv") / name
    line = crontab_line(PROGRAM, home, 5)
    shell = line.split("* * * * ", 1)[1].replace(r"\%", "%")
    words = shlex.split(shell.removeprefix("umask 077; "), comments=True)
    assert words[:4] == [*PROGRAM, "--home", str(home), "run"]
    assert words[5] == str(home / "cron.log")


def test_what_a_pass_logs_and_writes_is_closed_to_others() -> None:
    """The log is made by cron's shell, and the journal by systemd, before voicenote begins."""
    assert " umask 077; " in crontab_line(PROGRAM, HOME, 5)
    assert "UMask=0077\n" in systemd_units(PROGRAM, HOME, 5)["voicenote.service"]


def test_a_percent_sign_is_kept_from_cron() -> None:
    assert "%" not in crontab_line(PROGRAM, Path("/srv/100%"), 5).replace(r"\%", "")


def test_a_line_end_in_a_path_is_refused() -> None:
    with pytest.raises(BadData):
        crontab_line(PROGRAM, Path("/srv/a\nb"), 5)


def test_installing_twice_is_installing_once() -> None:
    line = crontab_line(PROGRAM, HOME, 10)
    once = installed("0 1 * * * mine\n", line, HOME)
    assert once == f"0 1 * * * mine\n{line}\n"
    assert installed(once, line, HOME) == once


def test_another_interval_takes_the_place_of_the_first() -> None:
    first = installed("", crontab_line(PROGRAM, HOME, 10), HOME)
    second = installed(first + "last\n", crontab_line(PROGRAM, HOME, 5), HOME)
    assert second == crontab_line(PROGRAM, HOME, 5) + "\nlast\n"


def test_two_workspaces_have_two_lines() -> None:
    other = Path("/home/ada/notes2")
    text = installed("", crontab_line(PROGRAM, HOME, 10), HOME)
    assert len(installed(text, crontab_line(PROGRAM, other, 10), other).splitlines()) == 2


def test_systemd_reads_the_path_as_it_is() -> None:
    units = systemd_units(PROGRAM, Path('/srv/a "b" 5% $x'), 10)
    assert '"/srv/a \\"b\\" 5%% $$x"' in units["voicenote.service"]
    assert "OnUnitActiveSec=10min" in units["voicenote.timer"]


def test_systemd_shows_what_the_units_do_in_the_words_of_the_commands() -> None:
    units = systemd_units(PROGRAM, HOME, 10)
    assert "Description=voicenote: one run\n" in units["voicenote.service"]
    assert "Description=voicenote: a run every 10 minutes\n" in units["voicenote.timer"]
