"""The project's own environment: made once in ``.venv``, and then only looked up.

Every script here starts with `enter` or `prepare`. Only the standard library is used, so that a
bare machine with Python is enough. What is installed is what ``requirements.lock`` says, hash by
hash. A first run that was interrupted is begun again by the next one, and two runs at once wait
for each other.

The file must be *readable* by an old Python, so that its user is told what is wrong.
"""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - the whole point is to say so
    sys.exit(
        "voicenote needs Python 3.11 or newer; this is Python %d.%d.\n"  # noqa: UP031
        "Start the script with a newer one, for example: python3.13 %s"
        % (sys.version_info[0], sys.version_info[1], sys.argv[0])
    )

from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
HOME = ROOT / ".venv"
WINDOWS = os.name == "nt"

_OWN = "made-by-voicenote-scripts"  # ours to clear away; also the file that is locked
_READY = "ready"  # holds the key of what was installed last
_PATIENCE = 1800.0  # seconds that one run waits for another one's set-up


class SetUpFailed(Exception):
    """What went wrong, and on the next line what to do."""


def python() -> Path:
    """Tell where the environment's own Python is (or will be)."""
    return HOME / ("Scripts/python.exe" if WINDOWS else "bin/python")


def enter(module: str, *arguments: str) -> None:
    """Prepare the environment and go on as ``python -m module arguments``; does not come back."""
    prepare()
    command = [str(python()), "-m", module, *arguments]
    if WINDOWS:
        sys.exit(subprocess.call(command, env=surroundings()))
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, surroundings())  # noqa: S606 - no shell is wanted


def surroundings() -> dict[str, str]:
    """Give the environment variables of a process inside: `voicenote` and its tools on PATH."""
    inside = {**os.environ, "VIRTUAL_ENV": str(HOME)}
    inside.pop("PYTHONHOME", None)
    # Compiled modules are kept, out of the tree: hundreds of programs are started by the tests.
    inside.pop("PYTHONDONTWRITEBYTECODE", None)
    inside["PYTHONPYCACHEPREFIX"] = str(HOME / "bytecode")
    inside["PATH"] = os.pathsep.join([str(python().parent), os.environ.get("PATH", os.defpath)])
    return inside


def prepare() -> None:
    """Make or mend the environment if it is not what the lock file says; else return at once.

    Ends the process with a message of two lines, and never a traceback, when that cannot be done.
    """
    try:
        if _ready() == _key():
            return
        with _alone():
            if _ready() != _key():
                _make()
    except SetUpFailed as problem:
        sys.exit(str(problem))
    except OSError as problem:
        sys.exit(
            f"Cannot set up in {HOME}: {problem}\nMake the folder writable, or free some room."
        )
    except KeyboardInterrupt:
        sys.exit("\nStopped while setting up. Run it again and it begins afresh.")


def _key() -> str:
    """Name what the environment depends on: two lines, its packages and the project itself."""
    packages = hashlib.sha256(LOCK.read_bytes())
    packages.update(f"{sys.version} {_base()} {ROOT}".encode())
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes())
    return f"{packages.hexdigest()}\n{project.hexdigest()}\n"


def _ready() -> str:
    """Give the key that was installed last, or nothing."""
    try:
        return (HOME / _READY).read_text() if python().exists() else ""
    except OSError:
        return ""


def _base() -> str:
    """Find the real interpreter: through links, and out of an environment that is active."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold the environment's lock file; the system lets go of it if this process dies."""
    if (HOME / "pyvenv.cfg").exists() and not (HOME / _OWN).exists():
        raise SetUpFailed(
            f"There is a {HOME} already that these scripts did not make.\n"
            "Move it away or delete it, and run this again."
        )
    HOME.mkdir(exist_ok=True)
    with (HOME / _OWN).open("a+b") as held:
        if not _try_to_hold(held.fileno()):
            _say("another run is setting up; waiting for it ...")
            until = time.monotonic() + _PATIENCE
            while not _try_to_hold(held.fileno()):
                if time.monotonic() > until:
                    raise SetUpFailed(
                        "Another run has been setting up for half an hour.\n"
                        "End it, and run this again."
                    )
                time.sleep(0.2)
        os.set_inheritable(held.fileno(), True)  # noqa: FBT003 - for installers, see _run
        yield


def _try_to_hold(descriptor: int) -> bool:
    """Lock an open file without waiting; False if another process holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _make() -> None:
    """Install what is missing: everything, or only the project when nothing else changed."""
    packages_stand = _ready().split("\n")[0] == _key().split("\n")[0]
    started = time.monotonic()
    (HOME / _READY).unlink(missing_ok=True)
    if not packages_stand:
        _say(f"setting up (once): an environment in {HOME} ...")
        _clear()
        pip = _new_environment()
        _say("setting up (once): the packages of requirements.lock, about 120 MB ...")
        _install(pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK))
    else:
        pip = _pip()
    _install(pip, "--no-build-isolation", "--no-index", "--editable", str(ROOT))
    (HOME / _READY).write_text(_key())
    _say(f"set up in {time.monotonic() - started:.0f} s")


def _clear() -> None:
    """Empty the folder of what an earlier or interrupted run left, but for the held lock."""
    for entry in HOME.iterdir():
        if entry.name == _OWN:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _new_environment() -> list[str]:
    """Make an empty environment and give the command that installs into it."""
    bundled = importlib.util.find_spec("ensurepip") is not None
    made = _run([_base(), "-m", "venv", *([] if bundled else ["--without-pip"]), str(HOME)])
    if made.returncode and bundled:
        _clear()
        made = _run([_base(), "-m", "venv", "--without-pip", str(HOME)])
    if made.returncode:
        raise SetUpFailed(
            f"Python could not make an environment: {_last_line(made.stdout)}\n"
            "On Debian and Ubuntu: apt install python3-venv. Then run this again."
        )
    return _pip()


def _pip() -> list[str]:
    """Find something that installs: the environment's pip, this Python's, or uv."""
    own = [str(python()), "-m", "pip"]
    outer = [_base(), "-m", "pip", "--python", str(python())]
    for candidate in (own, outer):
        if _run([*candidate, "--version"]).returncode == 0:
            return candidate
    uv = shutil.which("uv")
    if uv:
        return [uv, "--directory", HOME.anchor, "pip"]  # away from tool.uv, which is for the lock
    raise SetUpFailed(
        "This Python has neither the ensurepip module nor pip, and there is no uv on PATH.\n"
        "On Debian and Ubuntu: apt install python3-venv. Then run this again."
    )


def installer() -> list[str]:
    """Give the command of something that installs packages, for what a script needs besides."""
    try:
        return _pip()
    except SetUpFailed as problem:
        sys.exit(str(problem))


def _install(pip: list[str], *what: str) -> None:
    """Install without resolving: the lock names everything. The tool's own settings hold."""
    command = [*pip, "install", "--no-deps", *what]
    if Path(pip[0]).stem == "uv":
        command += ["--python", str(python())]
    else:
        command += ["--no-input", "--no-compile", "--disable-pip-version-check"]
        command += ["--no-warn-script-location"]
    done = _run(command)
    if done.returncode:
        raise SetUpFailed(_explained(done.stdout))


def _explained(output: str) -> str:
    """Turn an installer's output into one line that says what, and one that says what to do."""
    problem = _last_line(output)
    low = output.lower()
    if "do not match the hashes" in low or "hash mismatch" in low:
        advice = "Nothing was installed. The package index or a proxy serves something else; ask."
    elif "no space left" in low:
        advice = "Free some room (about 500 MB are needed), and run this again."
    elif any(sign in low for sign in _NO_NETWORK):
        advice = (
            "The package index was not reached. Check the network or pip's settings; run again."
        )
    else:
        advice = f"Run this again; if it stays, see what was written to {HOME / 'set-up.log'}."
    (HOME / "set-up.log").write_text(output)
    return f"Cannot install the packages: {problem}\n{advice}"


_NO_NETWORK = (
    "connection",
    "timed out",
    "timeout",
    "name resolution",
    "name or service not known",
    "nodename nor servname",
    "ssl",
    "proxy",
    "dns error",
    "(from versions: none)",
)


def _last_line(output: str) -> str:
    """Give the line that says most: the last that names an error, else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing"])[-1]


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, and keep what it says.

    It inherits the held lock: should this process be killed, the next run waits for the installer
    that was left behind, and only then clears away what it wrote.
    """
    surrounding = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    surrounding.pop("PYTHONHOME", None)
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        close_fds=WINDOWS,
        env=surrounding,
    )


def _say(line: str) -> None:
    """Tell the person, beside and not within the output of what is started."""
    print(line, file=sys.stderr, flush=True)
