"""Put faults into a copy of the code, one at a time, and name those that the tests near by pass.

``python -m tests.mutants SEED COUNT [GLOB…]``; ends with 1 where more than an eighth survive.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.mutants import ROOT, SOURCE, WHERE, Mutant, drawn

#: The longest that tests may take over one fault, seconds: who runs for ever is seen too.
_PATIENCE_S = 900.0
#: What is received goes through the whole of the engine: these tests see all of it.
_RECEIVING = ("test_receiving.py", "test_bounces.py", "test_unread.py", "test_interpret_arrival.py")
#: The tests of a room stand in a folder of its name; these folders are asked too.
_ROOMS = {"engine": ("engine",), "delivery": ("delivery", "engine"), "intake": ("intake",)}


def near(path: Path) -> list[str]:
    """Return the test files near a module: those of its room that name it or what it defines."""
    room = path.relative_to(SOURCE).parts[0]
    files = [
        file
        for name in _ROOMS.get(room, (room, "engine"))
        for file in sorted((ROOT / "tests" / name).glob("test_*.py"))
    ]
    dotted = ".".join(["voicenote", *path.relative_to(SOURCE).with_suffix("").parts])
    parent, _, name = dotted.rpartition(".")
    imports = re.compile(rf"from {parent} import [^\n]*\b{name}\b|{re.escape(dotted)}\b")
    tree = ast.parse(path.read_text("utf-8"))
    defined = [one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
    public = "|".join(name for name in defined if not name.startswith("_"))
    told = re.compile(rf"\b(?:{public})\b") if public else imports
    direct = [file for file in files if imports.search(file.read_text("utf-8"))]
    other = [file for file in files if told.search(file.read_text("utf-8"))]
    own = [
        file
        for file in files
        if file.parent.name == room and (room != "engine" or file.name in _RECEIVING)
    ]
    return [str(file.relative_to(ROOT)) for file in dict.fromkeys([*direct, *other, *own])]


def failing(copy: Path, tests: list[str]) -> str | None:
    """Run tests in the copy until one fails; return which, "" for none, None for no end."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    inside = {**os.environ, "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}", "CI": "true"}
    try:
        done = subprocess.run(
            [*command, *tests], cwd=copy, env=inside, capture_output=True, text=True,
            timeout=_PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    said = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return said[0] if said else "" if done.returncode == 0 else tests[0]


def survives(mutant: Mutant, copy: Path) -> tuple[bool, str]:
    """Tell whether no test near by fails by the fault, and which does."""
    place = copy / mutant.path.relative_to(ROOT)
    plain = place.read_text("utf-8")
    tests = near(mutant.path)
    place.write_text(mutant.text, encoding="utf-8")
    try:
        found = failing(copy, tests)
    finally:
        place.write_text(plain, encoding="utf-8")
    if found is None:
        return False, "no end"
    if found and failing(copy, [found]):
        raise SystemExit(f"{found} fails without any fault: nothing can be told")
    return not found, found or f"{len(tests)} files of tests"


def main(seed: str, count: int, where: list[str]) -> int:
    """Try them all, print each, and return the exit code."""
    alive = 0
    with tempfile.TemporaryDirectory(prefix="voicenote-mutants-") as folder:
        copy = Path(folder) / "copy"
        kept = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, copy, ignore=kept)
        for mutant in drawn(seed, count, where or WHERE):
            lives, why = survives(mutant, copy)
            alive += lives
            print("SURVIVED" if lives else "seen    ", mutant, f"({why})", flush=True)
    print(f"{count - alive} of {count} seen")
    return int(alive * 8 > count)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
