"""The rules of the house, as data. Each rule says what to do when it is broken."""

from __future__ import annotations

import ast
import builtins
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from voicenote import errors

SOURCE = Path(errors.__file__).parent

# -- the data ---------------------------------------------------------------------------------

STAGES = ("intake", "script", "voice", "ears", "sound", "marks", "schedule", "delivery", "followup")
GROUND = (
    "addresses",
    "codepages",
    "counting",
    "deadline",
    "extras",
    "worker",
    "files",
    "model_server",
    "options",
    "plain_text",
    "unicode_forms",
    "word_language",
)  # what is needed in several rooms, and no room's own
SHARED = ("errors", "model", *GROUND)
EVERYTHING = ("*",)

# Which rooms a room may import from, besides itself. A room is a folder or a module of the top.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "__init__": (),
    "__main__": ("cli",),
    "errors": (),
    "model": ("errors", "unicode_forms"),
    **dict.fromkeys(GROUND, ("errors",)),
    "options": ("errors", "extras", "files"),
    "model_server": ("errors", "extras"),
    "codepages": ("word_language",),
    "word_language": ("worker",),  # its model is loaded while a message is read
    "addresses": ("errors", "model", "unicode_forms"),
    **dict.fromkeys(STAGES, SHARED),
    "ledger": SHARED,
    "settings": SHARED,
    "plugins": ("errors",),
    "engine": (*SHARED, *STAGES, "ledger", "settings", "plugins"),
    "wiring": (*SHARED, *STAGES, "ledger", "settings", "plugins", "engine"),
    "web": (*SHARED, *STAGES, "ledger", "settings", "plugins", "engine", "wiring"),
    "cli": EVERYTHING,
}

# The rooms of the engine, from the ground up: each stands on those before it, on none above.
ENGINE_FLOORS = ("", "case", "memo", "run", "admin")

BARE_INITS = ("model", *STAGES, "ledger", "engine")
EMPTY_NAMES = {"base", "common", "core", "helper", "helpers", "manager", "managers", "misc"}
EMPTY_NAMES |= {"util", "utils"}

# A function does something, so its name is a verb: "told", "kept" and "heard" say nothing to a
# stranger. A bool or a property may be a participle. What is left has been looked at.
NO_VERB = [
    "asked",
    "booked",
    "broken",
    "came",
    "checked",
    "chosen",
    "closed",
    "composed",
    "connected",
    "copied",
    "counted",
    "cut",
    "dated",
    "encrypted",
    "fetched",
    "filled",
    "finished",
    "found",
    "framed",
    "given",
    "gone",
    "heard",
    "held",
    "hidden",
    "judged",
    "kept",
    "known",
    "laid",
    "left",
    "listed",
    "made",
    "meant",
    "met",
    "mixed",
    "moved",
    "named",
    "opened",
    "packed",
    "placed",
    "planned",
    "played",
    "posted",
    "put",
    "quoted",
    "ranked",
    "read",
    "refused",
    "released",
    "rendered",
    "said",
    "seen",
    "sent",
    "settled",
    "shown",
    "skipped",
    "spoken",
    "standing",
    "stated",
    "stopped",
    "stored",
    "taken",
    "templated",
    "tested",
    "told",
    "tried",
    "trusted",
    "uploaded",
    "wanted",
    "watched",
    "written",
]
BARE_SHARE = 0.03

MODULE_LINES = 300
LONGER_MODULES: dict[str, tuple[int, str]] = {}  # path: (lines, why it is one thing)
FUNCTION_LINES = 50
LONGER_FUNCTIONS: dict[str, tuple[int, str]] = {}  # path:name: (lines, why it is one look)
LISTS = ("ledger/migrations/versions/",)  # one statement after another, frozen once released

PRINTER = "cli/terminal/screen.py"
PRINTING = {
    "print",
    "click.echo",
    "click.secho",
    "click.echo_via_pager",
    "sys.stdout.write",
    "sys.stderr.write",
    "echo",
    "secho",
}

WRITER = "files.py"
WRITING = {
    "makedirs",
    "mkdir",
    "write_bytes",
    "write_text",
    "copy",
    "copy2",
    "copyfile",
    "copytree",
}
WRITING_MODES = {"w", "wb", "x", "xb", "a", "ab"}
# What writes all the same, and why nobody else can read it.
OTHER_WRITERS = {
    "worker.py": "nothing is kept: it opens the null device",
    "engine/memo/player.py": "in a folder of tempfile's, which is closed",
    "engine/memo/microphone.py": "in a folder of tempfile's, which is closed",
    "sound/long.py": "the file is there, made by make_file",
    "sound/splice.py": "in a folder of tempfile's, which is closed",
    "model/memo.py": "in memory",
    "intake/rejected.py": "tempfile makes its files closed",
    "intake/workbooks.py": "in a folder of tempfile's, which is closed",
}

MAKER = "wiring.py"
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "date.today",
    "datetime.date.today",
    "func.now",
    "os.urandom",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid1",
    "uuid4",
}
CHANCE = ("random", "secrets")  # no function of these modules; the type random.Random is welcome

# What `voicenote --help` must not pay for: the rooms that need them import them.
HEAVY = {
    *("alembic", "apscheduler", "apprise", "av", "babel", "charset_normalizer", "dateparser"),
    *("email_validator", "hibari", "holidays", "httpx2", "jinja2", "langcodes", "numpy"),
    *("onnxruntime", "phonenumbers", "price_parser", "psycopg", "pydub", "pyttsx3", "rich"),
    *("sounddevice", "sqlalchemy", "starlette", "tenacity", "tomlkit", "uvicorn"),
    *("asyncio", "http.client", "importlib.metadata", "sqlite3"),
}

EXIT_CODES = {1, 2, 65, 69, 70, 75, 78}


# -- reading the house ------------------------------------------------------------------------


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = ("voicenote", *path.relative_to(SOURCE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def room(module: str) -> str:
    """Name the room of a module: 'voicenote.sound.join' is in 'sound'."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(module: str) -> Iterator[tuple[str, int]]:
    """Give each module of ours that a module imports, wherever in it, with the line."""
    path = modules()[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] == "voicenote":
                    yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                start = ".".join([*above, *([node.module] if node.module else [])])
            if start.split(".")[0] == "voicenote":
                for name in node.names:
                    whole = f"{start}.{name.name}"
                    yield (whole if whole in modules() else start), node.lineno


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Give the dotted name of everything that a file calls, with the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def told(broken: list[str], cure: str) -> str:
    return "\n".join([f"{len(broken)} broken:", *broken, f"What to do: {cure}"])


# -- the rules --------------------------------------------------------------------------------


def test_every_room_is_known() -> None:
    broken = sorted({room(module) for module in modules()} - set(MAY_IMPORT))
    assert not broken, told(broken, "give the room a line in MAY_IMPORT, and in docs and DESIGN.")


def test_a_room_imports_only_what_it_may() -> None:
    broken = []
    for module in modules():
        allowed = MAY_IMPORT.get(room(module), ())
        for target, line in imports(module):
            if room(target) in (room(module), "__init__") or allowed == EVERYTHING:
                continue
            if room(target) not in allowed:
                broken.append(f"{place(modules()[module])}:{line} imports {target}")
    assert not broken, told(
        broken,
        "no stage imports another: move the shared value to model/, or let engine/ or wiring.py "
        "bring the two together.",
    )


def floor(module: str) -> str | None:
    """Name the room of the engine in which a module is; "" for the ground, None for outside."""
    parts = module.split(".")
    if parts[1:2] != ["engine"]:
        return None
    return parts[2] if len(parts) > 3 else ""


def test_people_are_told_no_time_in_utc() -> None:
    """A time is the customer's or the owner's; only JSON and logs of lines keep UTC."""
    kept = ("run_log.py",)
    in_utc = re.compile(r"%[MS]\}?(?:Z| UTC)|\(UTC\)\"")
    broken = [
        f"{place(path)}:{number}"
        for path in modules().values()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if in_utc.search(line) and path.name not in kept
    ]
    assert not broken, told(broken, "tell it in a zone: tell_local, or run_problems.tell_time.")


def test_the_engine_stands_on_its_floors() -> None:
    broken = []
    for module in modules():
        here = floor(module)
        for target, line in imports(module):
            there = floor(target)
            if here is None or there is None or target.count(".") < 2:
                continue
            if ENGINE_FLOORS.index(there) > ENGINE_FLOORS.index(here):
                broken.append(f"{place(modules()[module])}:{line} imports {target}")
    assert not broken, told(broken, "move it to the floor that it needs, or what it needs below.")


def test_no_module_imports_itself_in_a_circle() -> None:
    ahead = {module: {target for target, _ in imports(module)} - {module} for module in modules()}
    while free := [module for module, targets in ahead.items() if not targets & set(ahead)]:
        for module in free:
            del ahead[module]
    # What is left is on a circle or leads into one; take away what nothing imports.
    while free := [m for m in ahead if not any(m in targets for targets in ahead.values())]:
        for module in free:
            del ahead[module]
    broken = [f"{module} -> {sorted(ahead[module] & set(ahead))}" for module in sorted(ahead)]
    assert not broken, told(broken, "move what both need into a third module that imports neither.")


def test_names_say_what_is_inside() -> None:
    broken = [
        place(path)
        for path in modules().values()
        if EMPTY_NAMES
        & {part.strip("_") for part in path.relative_to(SOURCE).with_suffix("").parts}
    ]
    assert not broken, told(broken, "name it by the noun that it holds or the verb that it does.")


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_functions_are_verbs() -> None:
    bare, every = [], 0
    for path in modules().values():
        for one in functions(path):
            every += 1
            plain = (
                not one.decorator_list and ast.unparse(one.returns or ast.Constant("")) != "bool"
            )
            if plain and one.name.lstrip("_") in NO_VERB:
                bare.append(f"{place(path)}:{one.lineno} {one.name}")
    share = len(bare) / every
    assert share <= BARE_SHARE, told(bare, "name a function by what it does: a verb and its object")


def test_one_name_is_one_thing() -> None:
    names: dict[str, list[str]] = {}
    for path in modules().values():
        if path.stem not in ("__init__", "port"):
            names.setdefault(f"module {path.stem}", []).append(place(path))
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                names.setdefault(f"class {node.name}", []).append(place(path))
    twice = [f"{name}: {', '.join(where)}" for name, where in names.items() if len(where) > 1]
    assert not twice, told(twice, "give each the name that tells it from the other")


def test_packages_hold_nothing_but_their_docstring() -> None:
    """So that the import of one small module does not pay for a whole stage."""
    broken = [
        place(path)
        for path in SOURCE.rglob("__init__.py")
        if path.relative_to(SOURCE).parts[0] in BARE_INITS
        and [
            node
            for node in tree(path).body
            if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        ]
    ]
    assert not broken, told(
        broken, "move the code into a module with a name; import it from there."
    )


def test_modules_can_be_read_in_one_sitting() -> None:
    lines = {place(path): len(path.read_text("utf-8").splitlines()) for path in modules().values()}
    broken = [
        f"{path}: {count} lines"
        for path, count in lines.items()
        if count > LONGER_MODULES.get(path, (MODULE_LINES, ""))[0]
    ]
    assert not broken, told(broken, f"split it where its words change; {MODULE_LINES} is the most.")
    idle = [path for path in LONGER_MODULES if lines.get(path, 0) <= MODULE_LINES]
    assert not idle, told(idle, "it is short now: take its line out of LONGER_MODULES.")


def test_functions_fit_in_one_look() -> None:
    """Lines of the body: what is decorated and documented above it does not count."""
    broken = []
    for path in modules().values():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if place(path).startswith(LISTS):
                continue
            body = node.body[1:] if ast.get_docstring(node) else node.body
            count = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            name = f"{place(path)}:{node.name}"
            if count > LONGER_FUNCTIONS.get(name, (FUNCTION_LINES, ""))[0]:
                broken.append(f"{place(path)}:{node.lineno} {node.name}: {count} lines")
    assert not broken, told(broken, "give its parts names: decide in one function, act in another.")


def typing_only(module: ast.Module) -> set[int]:
    """Return the lines of imports that only a type checker does."""
    return {
        line.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for line in node.body
    }


def test_no_command_reads_or_writes_the_ledger() -> None:
    """A command parses, calls and renders; what it shows, the engine reads."""
    broken = []
    for module, path in modules().items():
        if room(module) != "cli":
            continue
        free = typing_only(tree(path))
        broken += [
            f"{place(path)}:{line} imports {target}"
            for target, line in imports(module)
            if room(target) == "ledger" and line not in free
        ]
        broken += [
            f"{place(path)}:{line} calls {name}"
            for name, line in calls(path)
            if re.search(r"(^|\.)ledger\.(read|write)$", name)
        ]
    assert not broken, told(broken, "let a function of engine/ read it, and return a value.")


def test_one_room_prints() -> None:
    broken = [
        f"{place(path)}:{line} calls {name}"
        for path in modules().values()
        if place(path) != PRINTER
        for name, line in calls(path)
        if name in PRINTING
    ]
    assert not broken, told(broken, f"return the value, and let {PRINTER} show it.")


def writes(call: ast.Call) -> bool:
    """Whether a call makes a file or a folder, as far as its name and its words tell."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    words = {word.value for word in call.args if isinstance(word, ast.Constant)}
    opens = name in ("open", "NamedTemporaryFile") and bool(words & WRITING_MODES)
    whose = ast.unparse(call.func).partition(".")[0]
    return opens or (name in WRITING and (not name.startswith("copy") or whose == "shutil"))


def test_one_module_makes_files_and_folders() -> None:
    """What is written otherwise is open to everybody on the machine."""
    broken = {
        place(path): f"{place(path)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in modules().values()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and writes(node) and place(path) != WRITER
    }
    idle = sorted(set(OTHER_WRITERS) - set(broken))
    left = [line for path, line in broken.items() if path not in OTHER_WRITERS]
    assert not left, told(left, f"write by {WRITER}, which closes to others what it makes.")
    assert not idle, told(idle, "it writes nothing now: take its line out of OTHER_WRITERS.")


def test_only_the_wiring_makes_clocks_ids_and_chance() -> None:
    broken = [
        f"{place(path)}:{line} calls {name}"
        for path in modules().values()
        if place(path) != MAKER
        for name, line in calls(path)
        if name in CLOCKS
        or (name.split(".")[0] in CHANCE and "." in name and not name.endswith(".Random"))
    ]
    assert not broken, told(broken, f"take it as an argument; {MAKER} makes it.")


HELP = """
import json, sys
sys.argv = ["voicenote", "--help"]
try:
    from voicenote.cli import main
    main()
except SystemExit:
    pass
print()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.unwatched
def test_help_pays_for_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    broken = sorted(HEAVY & set(json.loads(done.stdout.splitlines()[-1])))
    assert "Usage" in done.stdout
    assert not broken, told(broken, "import it inside the function or the module that needs it.")


# -- the error tree ---------------------------------------------------------------------------


def error_classes() -> dict[str, type[errors.VoicenoteError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.VoicenoteError)
    }


def drawn() -> dict[str, tuple[str | None, int]]:
    """Read the tree of the docstring: each error's parent and exit code."""
    found: dict[str, tuple[str | None, int]] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^([ │├└─]*)([A-Z]\w+) +(\d+)  \S", line)
        if match:
            depth, name = len(match[1]), match[2]
            above = [(d, n) for d, n in above if d < depth]
            found[name] = (above[-1][1] if above else None, int(match[3]))
            above.append((depth, name))
    return found


def test_every_error_is_drawn_with_its_parent_and_its_exit_code() -> None:
    real = {
        name: (None if cls is errors.VoicenoteError else cls.__bases__[0].__name__, cls.exit_code)
        for name, cls in error_classes().items()
    }
    assert drawn() == real, "draw the tree in the docstring of errors.py as the classes are"


def test_every_exit_code_is_one_of_the_design_and_occurs() -> None:
    assert {cls.exit_code for cls in error_classes().values()} == EXIT_CODES


def is_error(name: str) -> bool:
    """Whether a class of this name can be raised: one of ours, of Python's, or by its name."""
    known = getattr(errors, name, None) or getattr(builtins, name, None)
    if isinstance(known, type):
        return issubclass(known, BaseException)
    return name.endswith(("Error", "Exception"))


def test_errors_are_made_in_one_place() -> None:
    """A stage that has an error of its own has an exit code that nobody knows of."""
    broken = [
        f"{place(path)}:{node.lineno} {node.name}"
        for path in modules().values()
        if place(path) != "errors.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any(is_error(ast.unparse(base).split(".")[-1]) for base in node.bases)
    ]
    assert not broken, told(broken, "raise one from errors.py, or add it there and to its drawing.")


@pytest.mark.parametrize("name", sorted(error_classes()))
def test_every_error_says_what_and_what_to_do(name: str) -> None:
    error = error_classes()[name]("what happened", "what to do")
    assert (error.what, error.advice, str(error)) == (
        "what happened",
        "what to do",
        "what happened",
    )
