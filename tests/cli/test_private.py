"""What customers told is for the owner alone: nobody else on the machine can read or list it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from voicenote.wiring import demo

Call = Callable[..., Result]
CallAt = Callable[[Path], Call]
NOBODY = 65534
TAKE = Path(__file__).parents[2] / "samples" / "recording.ogg"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")

ROWS = """\
ref,customer,language,time_zone,what_happened,bothered_most,amends,amends_kind,promised_by
a,Ada Lovelace,en,Europe/London,The cake fell over.,Nobody called me.,A new cake,redo,2027-06-04
b,Bo Diddley,en,America/Chicago,The amp was late.,It cost me a gig.,Half the rent,refund,2027-06-04
c,,en,UTC,,,,,
"""
CRONTAB = """
if [ "$1" = -l ]; then
  if [ -f "{0}" ]; then /bin/cat "{0}"; else echo "no crontab for ada" >&2; exit 1; fi
else /bin/cat > "{0}"; fi
"""


def well(done: Result) -> Result:
    assert done.exit_code == 0, done.stderr or done.stdout
    return done


def live(place: Path, call: Call, crontab: str) -> None:
    """Use a workspace: take in, speak, send, look ahead, copy, bring back, and let cron do it."""
    rows = place / "rows.csv"
    rows.write_text(ROWS, encoding="utf-8")
    rows.chmod(0o600)  # the user's own file; what is wrong in it comes to stand beside it
    well(call("import", str(rows), "--save", "helpdesk"))
    assert (place / "rows.csv.rejected").is_file()
    well(call("init", "--name", "Grace Hopper", "--force"))
    well(call("templates", "new", "justified"))
    well(call("script", "--all"))
    well(call("say", "Hello there.", "-o", str(place / "home" / "hello.wav")))
    well(call("record", "1", "--from", str(TAKE), "--anyway"))
    well(call("render", "--all"))
    well(call("play", "1", "--picture", str(place / "home" / "wave.svg")))
    well(call("approve", "--all"))
    well(call("rehearse"))
    well(call("run"))
    well(call("backup", str(place / "b.zip")))
    well(call("--home", str(place / "deep" / "there"), "restore", str(place / "b.zip")))
    path = {"PATH": f"{crontab}:/bin:/usr/bin"}
    line = json.loads(well(call("schedule", "--install", "--json", **path)).stdout)["line"]
    subprocess.run(["/bin/sh", "-c", line.split("* * * * ", 1)[1]], check=False)
    assert (place / "home" / "cron.log").is_file()
    with demo(place / "demo") as (_, story, _kept):
        next(story)


@pytest.fixture(scope="module")
def place(call_at: CallAt, programs_in: Callable[[Path, str, str], str]) -> Iterator[Path]:
    """A folder that everybody may enter, with all that voicenote writes on a machine inside.

    pytest's own folders are closed, so nothing could be learnt there. The umask closes nothing.
    """
    folder = Path(tempfile.mkdtemp(prefix="vn-private-"))
    folder.chmod(0o755)
    before = os.umask(0)
    with pytest.MonkeyPatch.context() as patch:
        for name, variable in (("tmp", "TMPDIR"), ("state", "XDG_STATE_HOME")):
            (folder / name).mkdir()
            patch.setenv(variable, str(folder / name))
        patch.setattr(tempfile, "tempdir", None)
        tab = CRONTAB.format(folder / "bin" / "tab")
        path = programs_in(folder / "bin", "crontab", tab)
        try:
            live(folder, call_at(folder / "home"), path)
        finally:
            os.umask(before)
    shutil.rmtree(folder / "bin")
    yield folder
    shutil.rmtree(folder)


def test_whatever_is_made_is_made_for_its_owner(place: Path) -> None:
    """Without any help of the umask: what is open here was open before."""
    found = {
        path.relative_to(place).as_posix(): oct(mode)
        for path in sorted(place.rglob("*"))
        if (mode := path.lstat().st_mode & 0o777) & 0o077 and not path.is_symlink()
    }
    assert found == {"state": "0o777", "tmp": "0o777"}


WALK = """
import os, sys
os.setgroups([])
os.setgid({nobody})
os.setuid({nobody})
seen = []
for folder, folders, files in os.walk({place!r}):
    seen += [os.path.join(folder, name) for name in (*folders, *files)]
for path in seen:
    try:
        names = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
    except OSError:
        continue
    print(os.path.relpath(path, {place!r}))
"""


def test_another_user_of_the_machine_reads_and_lists_nothing(
    place: Path, need: Callable[[object, str], None]
) -> None:
    need(os.geteuid() == 0, "only root can look at a folder as somebody else")
    (place / "state" / "control").touch()
    code = WALK.format(nobody=NOBODY, place=str(place))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    (place / "state" / "control").unlink()
    assert done.stderr == ""
    assert sorted(done.stdout.split()) == ["state", "state/control", "tmp"]


def test_the_command_closes_what_it_lets_others_write() -> None:
    """An editor, a player or a plug-in that it starts makes its files private too."""
    code = """
        import os
        os.umask(0)
        from voicenote.cli import main
        try:
            main()
        except SystemExit:
            print(oct(os.umask(0)))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0o77"


def test_a_workspace_that_somebody_opened_is_not_closed_silently(ready: Call, home: Path) -> None:
    home.chmod(0o750)
    (home / "ledger.db").chmod(0o640)
    well(ready("approve", "--all"))
    well(ready("run"))
    assert home.stat().st_mode & 0o777 == 0o750
    assert (home / "ledger.db").stat().st_mode & 0o777 == 0o640


def privacy(call: Call, **more: str) -> list[tuple[str, str]]:
    """What is open to others, by doctor, each with its cure."""
    rows = json.loads(call("doctor", "--json", **more).stdout)
    found = [(row["what"], row["cure"]) for row in rows if row["about"] == "privacy"]
    assert found
    return [(what, cure) for what, cure in found if cure]


def test_doctor_tells_of_an_older_workspace_and_its_cure_helps(ready: Call, home: Path) -> None:
    assert privacy(ready) == []
    home.chmod(0o755)
    (home / "ledger.db").chmod(0o644)
    ((what, cure),) = privacy(ready)
    assert re.fullmatch(rf"others .* have a right to \d files and folders of {home}", what)
    subprocess.run(["/bin/sh", "-c", cure], check=True)
    assert privacy(ready) == []


@pytest.mark.parametrize("linked", [True, False])
def test_doctor_looks_at_the_secrets_wherever_they_are(
    ready: Call, home: Path, tmp_path: Path, *, linked: bool
) -> None:
    """In a file elsewhere, and in a folder that `secrets` is a link to."""
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "mail").write_text("pässword 1\n", encoding="utf-8")
    (elsewhere / "mail").chmod(0o604)
    if linked:
        (home / "secrets").symlink_to(elsewhere)
    place = "secrets/mail" if linked else str(elsewhere / "mail")
    with (home / "voicenote.toml").open("a", encoding="utf-8") as file:
        file.write(f'[channels.mail]\nkind = "email"\npassword = {{file = "{place}"}}\n')
    ((what, cure),) = privacy(ready)
    assert (
        what == f"others on this machine have a right to 1 file or folder of {elsewhere / 'mail'}"
    )
    assert cure == f"chmod -R go= '{elsewhere / 'mail'}'"
    (elsewhere / "mail").chmod(0o600)
    assert privacy(ready) == []


def test_doctor_looks_at_a_ledger_and_an_outbox_elsewhere(
    ready: Call, home: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir(mode=0o700)
    (home / "ledger.db").rename(elsewhere / "l.db")
    (elsewhere / "l.db").chmod(0o640)
    (elsewhere / "box").mkdir(mode=0o755)
    box = {"VOICENOTE_CHANNELS__BOX__KIND": "outbox"}
    box["VOICENOTE_CHANNELS__BOX__FOLDER"] = str(elsewhere / "box")
    found = privacy(ready, VOICENOTE_LEDGER__URL=f"sqlite:///{elsewhere / 'l.db'}", **box)
    assert [cure for _, cure in found] == [
        f"chmod -R go= '{elsewhere / 'l.db'}'",
        f"chmod -R go= '{elsewhere / 'box'}'",
    ]
