"""What an owner does with cases: takes them in, writes, speaks, releases, promises, ends them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from tests.walks.people import Row as Told
from tests.walks.people import as_csv, as_lines, complaint
from tests.walks.walk import Done, Violated, Walk


def a_case(w: Walk, chance: random.Random, *stages: str) -> str:
    """Return the number of a case, at one of some stages where there is one."""
    fit = [n for n, row in w.seen.cases.items() if not stages or row["stage"] in stages]
    return str(chance.choice(fit or list(w.seen.cases) or [1]))


def a_promise(w: Walk, chance: random.Random, *states: str) -> str:
    fit = [name for name, row in w.seen.amends.items() if not states or row["state"] in states]
    case, k = chance.choice(fit or list(w.seen.amends) or [(1, 1)])
    return f"{case}.{k}"


def day(w: Walk, days: int) -> str:
    return str((w.now + timedelta(days=days)).date())


def in_file(w: Walk, name: str, text: str) -> str:
    file = w.folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def told_anew(w: Walk, chance: random.Random, count: int) -> list[Told]:
    """Make complaints of people of the walk."""
    found = []
    for _ in range(count):
        w.beside.stories += 1
        person = chance.choice(w.beside.people)
        found.append(complaint(chance, person, w.beside.stories, w.now.date()))
    w.beside.rows += found
    return found


# -- intake ----------------------------------------------------------------------------------------


def import_new(w: Walk, chance: random.Random) -> None:
    rows = told_anew(w, chance, chance.randint(2, 5))
    name = f"rows{len(w.beside.files)}.csv"
    w.beside.files.append((rows, name))
    w.call("import", in_file(w, name, as_csv(rows)), "--json")


def _adds_nothing(w: Walk, file: str, done: Done) -> None:
    if done.exit_code == 0 and done.data["added"]:
        raise Violated(f"{file} was there already, and {done.data['added']} were added")


def import_again(w: Walk, chance: random.Random) -> None:
    """The same rows once more: as they were, under another name, with another column, as JSON."""
    if not w.beside.files:
        return
    rows, name = chance.choice(w.beside.files)
    how = chance.choice(["same", "renamed", "wider", "lines", "turned"])
    texts = {
        "same": (name, as_csv(rows)),
        "renamed": (f"export-{w.calls}.csv", as_csv(rows)),
        "wider": (name, as_csv(rows, assignee="Tom", tags="late")),
        "lines": (f"rows-{w.calls}.jsonl", as_lines(rows)),
        "turned": (name, as_csv(rows[::-1])),
    }
    where, text = texts[how]
    _adds_nothing(w, f"{where} ({how})", w.call("import", in_file(w, where, text), "--json"))


def import_bad(w: Walk, chance: random.Random) -> None:
    """Rows some of which cannot be used; and what is no table at all."""
    bad = chance.choice([
        "what_happened,email\nIt broke,a@b@c\n,\n",
        "what_happened,time_zone\nIt broke,Mars/Olympus\n",
        "what_happened,harm,currency\nIt broke,a lot,EUR\n",
        "nothing,here\n1,2\n", "\x00\x01\x02", "", '{"what_happened": ', "ref;text\n1;2;3;4\n",
    ])  # fmt: skip
    w.call("import", in_file(w, chance.choice(["bad.csv", "bad.json", "bad.jsonl"]), bad), "--json")


def import_dry(w: Walk, chance: random.Random) -> None:
    rows = told_anew(w, chance, 1)
    before = len(w.seen.history)
    w.call("import", in_file(w, "dry.csv", as_csv(rows)), "--dry-run", "--json")
    if len(w.seen.history) != before:
        raise Violated("a dry run has changed something")


def same_story(w: Walk, chance: random.Random) -> None:
    """The same person tells the same story again, under another number."""
    if not w.beside.rows:
        return
    row = chance.choice(w.beside.rows)
    again = Told(row.person, row.story, row.fields | {"ref": f"again-{w.calls}"})
    w.call("import", in_file(w, f"again{w.calls}.csv", as_csv([again])), "--json")


def moved_person(w: Walk, chance: random.Random) -> None:
    """A second import with a newer language: taken, or shown."""
    if not w.beside.files:
        return
    rows, name = chance.choice(w.beside.files)
    newer = [Told(r.person, r.story, r.fields | {"language": "et"}) for r in rows]
    _adds_nothing(w, name, w.call("import", in_file(w, name, as_csv(newer)), "--json"))


def new_from(w: Walk, chance: random.Random) -> None:
    [row] = told_anew(w, chance, 1)
    told = {name: text for name, text in row.fields.items() if name != "ref"}
    lines = "".join(f'{name} = "{text}"\n' for name, text in told.items())
    w.call("new", "--from", in_file(w, f"new{w.calls}.toml", lines), "--json")


# -- triage, script, sound, release ----------------------------------------------------------------


def triage(w: Walk, chance: random.Random) -> None:
    words: list[Sequence[str]] = [
        ("--finding", "justified"), ("--finding", "partly"), ("--severity", "serious"),
        ("--finding", "unfounded", "--reason", "it was another shop"), ("--finding", "unfounded"),
        ("--harm", "40.00", "--currency", "EUR"), ("--harm", "10.00", "--currency", "EUR"),
        ("--abusive", "--reason", "threats"), ("--not-abusive",), ("--owner", "Tom"),
        ("--bothered-most", "Nobody rang me."), ("--cause", "haste"),
        ("--accept",), ("--accept", "--by", day(w, 9)), ("--finding", "partly", "--accept"),
    ]  # fmt: skip
    w.call("triage", a_case(w, chance), *chance.choice(words), "--json")


def script(w: Walk, chance: random.Random) -> None:
    which = chance.choice([["--all"], ["--all"], [a_case(w, chance, "opened", "scripted")]])
    more = chance.choice([[], [], [], ["--template", "partly"], ["--language", "en"]])
    w.call("script", *which, *(more if which != ["--all"] else []), "--json")


def script_edited(w: Walk, chance: random.Random) -> None:
    """By an editor, or from a file; sometimes into what the linter does not let pass."""
    case = a_case(w, chance, "scripted", "rendered", "approved")
    editor = w.folder / "editor"
    change = chance.choice(
        ["/Thank you/s/Thank you/Many thanks/", "1s/^/We were wrong. /", "$d", "s/a/a/"]
    )
    editor.write_text(f"#!/bin/sh\nsed -i '{change}' \"$1\"\n", encoding="utf-8")
    editor.chmod(0o755)
    w.call("script", case, "--edit", "--json", EDITOR=str(editor))


def render(w: Walk, chance: random.Random) -> None:
    which = chance.choice(["--all", "--all", a_case(w, chance, "scripted", "approved")])
    w.call("render", which, "--json")


def approve(w: Walk, chance: random.Random) -> None:
    one = a_case(w, chance, "rendered", "approved")
    w.call(
        "approve",
        *chance.choice([[one], [one], ["--all"], ["--all", "--sample", "2"]]),
        "--yes",
        "--json",
    )


def all_the_way(w: Walk, chance: random.Random) -> None:
    """The four lines of an evening."""
    w.call("script", "--all", "--json")
    w.call("render", "--all", "--json")
    w.call("approve", "--all", "--yes", "--json")


def plan(w: Walk, chance: random.Random) -> None:
    words = chance.choice([
        ["--hold"], ["--hold"], ["--resume"], ["--resume"], [], ["--plan", "acknowledge"],
        ["--plan", "few-words"], ["--plan", "make-it-right"], ["--plan", "last-word"],
    ])  # fmt: skip
    w.call("plan", a_case(w, chance), *words, "--json")


# -- promises --------------------------------------------------------------------------------------


def promise(w: Walk, chance: random.Random) -> None:
    kind = chance.choice(["refund", "redo", "gift", "call", "word"])
    text = f"Deed {w.calls} for you"
    words = ["--kind", kind, "--text", text, "--by", day(w, chance.choice([-1, 0, 2, 7, 20]))]
    if chance.random() < 0.4:
        words += ["--value", chance.choice(["12.00", "45.00", "500.00"]), "--currency", "EUR"]
        words += ["--override", "a good customer"] if chance.random() < 0.2 else []
    w.call("amends", "add", a_case(w, chance), *words, "--json")


def deed_done(w: Walk, chance: random.Random) -> None:
    evidence = chance.choice(["payment 7", "payment 7", "parcel 12", "", " "])
    name = a_promise(w, chance, "promised", "broken")
    w.call("amends", "done", name, "--evidence", evidence, "--json")


def deed_confirmed(w: Walk, chance: random.Random) -> None:
    w.call("amends", "confirm", a_promise(w, chance, "done"), "--json")


def deed_broken(w: Walk, chance: random.Random) -> None:
    w.call(
        "amends", "broken", a_promise(w, chance, "promised"), "--reason", "the oven died", "--json"
    )


def deed_waived(w: Walk, chance: random.Random) -> None:
    reason = chance.choice(["leave it, they said", ""])
    w.call("amends", "waive", a_promise(w, chance, "promised"), "--reason", reason, "--json")


def promised_again(w: Walk, chance: random.Random) -> None:
    by = day(w, chance.choice([-2, 1, 5, 15]))
    w.call("amends", "again", a_promise(w, chance, "promised", "broken"), "--by", by, "--json")


# -- how a loop ends -------------------------------------------------------------------------------


def answer(w: Walk, chance: random.Random) -> None:
    said = chance.choice(
        [["--put-right"], ["--not-yet"], ["--text", "I will see"], ["--put-right"]]
    )
    w.call("answer", a_case(w, chance, "following", "approved"), *said, "--via", "phone", "--json")


def lesson(w: Walk, chance: random.Random) -> None:
    words = ["--cause", "haste", "--prevention", "a check list"]
    words = chance.choice(
        [words, words, [*words, "--due", day(w, 9)], ["--done"], ["--cause", "x"]]
    )
    w.call("lesson", a_case(w, chance), *words, "--json")


def close(w: Walk, chance: random.Random) -> None:
    more = chance.choice(
        [[], [], ["--outcome", "lost"], ["--outcome", "ally"], ["--outcome", "neutral"]]
    )
    w.call("close", a_case(w, chance, "following"), *more, "--json")


def to_the_end(w: Walk, chance: random.Random) -> None:
    """Do all that a case lacks, and close it."""
    case = a_case(w, chance, "following")
    for number, k in list(w.seen.amends):
        if str(number) == case:
            w.call("amends", "done", f"{number}.{k}", "--evidence", "payment 9", "--json")
    w.call("lesson", case, "--cause", "haste", "--prevention", "a check list", "--json")
    w.call("answer", case, "--put-right", "--json")
    w.call("close", case, "--json")


def reopen(w: Walk, chance: random.Random) -> None:
    w.call("reopen", a_case(w, chance, "closed", "following"), "--json")


# -- looking ---------------------------------------------------------------------------------------


def look(w: Walk, chance: random.Random) -> None:
    """What only looks: it must be able to at every moment."""
    case = a_case(w, chance)
    w.call(*chance.choice([
        ["show", case, "--json"], ["cases", "--json"], ["cases"], ["show", case], ["plan", case],
        ["doctor", "--json"], ["lessons", "--json"], ["lessons", "--outcomes", "--json"],
        ["amends", "list", "--all", "--json"], ["check", case, "--json"], ["channels"],
        ["receive", "--unmatched", "--json"], ["next"], ["pause", "--json"], ["show", "999"],
        ["cases", "--all", "--json"], ["schedule"], ["templates"], ["status", "--json"],
    ]))  # fmt: skip
