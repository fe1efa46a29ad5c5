"""Scripts as text files for an editor, and back.

Sections are headings in brackets; every other line is one sentence. A line that begins with ``~``
is the spoken form of the sentence above it, if that differs. ``#`` begins a comment. A backslash
at the start of a line makes its next character an ordinary one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from voicenote.errors import BadData, Problem
from voicenote.model.sentences import Script, Section, Sentence
from voicenote.script.languages import language
from voicenote.script.quoting import to_one_line
from voicenote.script.spoken import spell_out

_HEADER = """\
# One sentence a line, in the order in which they are said. Change what you like, then save.
# A line that begins with ~ is how the voice says the sentence above it.
# Lines that begin with # are not said. An empty file leaves the script as it was.
"""
_SPECIAL = "#[~\\"


def to_text(script: Script) -> str:
    """Return a script as text for the owner to edit; `from_text` gives an equal script back."""
    lines = [_HEADER.rstrip()]
    section: Section | None = None
    for sentence in script.sentences:
        if sentence.section is not section:
            section = sentence.section
            lines += ["", f"[{section.value}]"]
        lines.append(_escape_line(sentence.text))
        if sentence.said != sentence.text:
            lines.append(f"~ {sentence.said}")
    return "\n".join(lines) + "\n"


def from_text(text: str, original: Script, file: str = "") -> Script:
    """Return the script in an edited text.

    A sentence that `original` has in the same section keeps its spoken form, and stays shared if
    it was. A changed sentence is personal; its spoken form is made again, unless its ``~`` line was
    changed too. A file without sentences gives `original`. Raises BadData with every problem and
    its line.
    """
    problems: list[Problem] = []
    sentences: list[Sentence] = []
    section: Section | None = None
    known = {(s.section, s.text): s for s in original.sentences}
    old_spoken = {s.spoken for s in original.sentences if s.spoken}
    tongue = language(original.language)
    for number, kind, line in _read_lines(text):
        if kind == "heading":
            section = _section(line, file, number, problems)
        elif section is None:
            what = f"{line!r} is above the first section"
            problems.append(Problem(what, "put [thanks] above it", file, number))
        elif kind == "sentence":
            aloud = spell_out(line, tongue)
            new = Sentence(section, line, personal=True, spoken="" if aloud == line else aloud)
            sentences.append(known.get((section, line), new))
        elif not sentences:
            what = "there is no sentence above this ~ line"
            problems.append(Problem(what, "remove it", file, number))
        elif line not in old_spoken and line != sentences[-1].said:
            sentences[-1] = replace(sentences[-1], spoken=line, personal=True)
    if problems:
        raise BadData("the edited script cannot be read", "correct these lines", problems)
    return replace(original, sentences=tuple(sentences)) if sentences else original


def has_sentences(text: str) -> bool:
    """Return whether an edited text has a sentence, and not only comments and headings."""
    return any(kind == "sentence" for _, kind, _ in _read_lines(text))


def _section(line: str, file: str, number: int, problems: list[Problem]) -> Section:
    try:
        return Section(line)
    except ValueError:
        advice = f"the sections are {', '.join(section.value for section in Section)}"
        problems.append(Problem(f"there is no section [{line}]", advice, file, number))
        return Section.THANKS


def _read_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line number, kind, text) of each line that counts.

    The kind is ``heading``, ``sentence`` or ``spoken``.
    """
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = to_one_line(raw)
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            yield number, "heading", line[1:-1].strip().lower()
        elif line.startswith("~"):
            if spoken := line[1:].strip():
                yield number, "spoken", spoken
        else:
            yield number, "sentence", line[1:] if line[0] == "\\" else line


def _escape_line(line: str) -> str:
    return f"\\{line}" if line[:1] in _SPECIAL else line
