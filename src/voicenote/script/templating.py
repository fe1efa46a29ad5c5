"""Templates: where they are found, how they are read, and what goes into them.

A template is a text file, ``<language>/<name>.jinja``: section names in brackets on lines of their
own, and under each one sentence a line. Jinja's sandbox fills it in; an unknown name in it is an
error. What a customer wrote never passes through Jinja: each value goes in as one private mark,
which is exchanged for the words only after the lines have been cut. So no value can become a tag,
a heading or a second sentence, the same rendering gives paper and voice, and a sentence into which
a case's own value went is known to be personal.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from voicenote.errors import BadData, Problem
from voicenote.model.sentences import Section, Sentence
from voicenote.script.languages import FALLBACK, PACKAGED, Language, language
from voicenote.script.spoken import speakable

SUFFIX = ".jinja"
_FIRST_MARK = 0xE000
_MARKS = re.compile("[\ue000-\uf8ff]")
_HEADING = re.compile(r"\[([^\[\]{}]*)\]\s*$")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_ORDER = list(Section)
#: What a template can make Jinja raise when it is read or filled in.
_OF_A_TEMPLATE = (
    TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blank:
    """A value as a template sees it: true when there is something, and printed as its mark."""

    mark: str
    filled: bool

    def __str__(self) -> str:
        return self.mark

    def __bool__(self) -> bool:
        return self.filled


#: A line of a filled-in template: its section, the text between the marks, and the number of each.
Line = tuple[Section, tuple[str, ...], tuple[int, ...]]


@dataclass(slots=True)
class Slate:
    """The values of one rendering: what each mark stands for on paper, in the mouth, and whose."""

    values: list[tuple[str, str, bool]] = field(default_factory=list)

    def put(self, text: str, spoken: str, *, personal: bool = True) -> Blank:
        """A blank that will read `text` on paper and `spoken` aloud."""
        self.values.append((text, spoken, personal))
        return Blank(chr(_FIRST_MARK + len(self.values) - 1), filled=bool(text))


@dataclass(frozen=True, slots=True)
class Templates:
    """The packaged templates, and before them those of the owner's own `folders`."""

    folders: tuple[Path, ...] = ()

    @property
    def roots(self) -> tuple[Path, ...]:
        """Where a template is looked for, first to last."""
        return (*self.folders, PACKAGED)

    @property
    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """What tells that an own template was changed; the packaged ones never are."""
        return _stamp(self.folders)

    def languages(self) -> frozenset[str]:
        """The languages that have at least one template."""
        return _languages(self.roots)

    def names(self, language: str) -> tuple[str, ...]:
        """The names of the templates in `language`, sorted."""
        files = (file for root in self.roots for file in (root / language).glob(f"*{SUFFIX}"))
        return tuple(sorted({file.stem for file in files if not file.name.startswith("_")}))

    def render(
        self, tongue: Language, name: str, values: Mapping[str, object], slate: Slate
    ) -> tuple[Sentence, ...]:
        """Fill in the template; one sentence a line, in the sections of its headings.

        Raises BadData, naming file and line, when there is no such template or it is broken.
        """
        given = tuple(values.items())
        lines = _fill_shape(self, _stamp(self.folders), tongue.code, name, given)
        slots, code = slate.values, tongue.code
        try:
            return tuple(
                _sentence(section, pieces, tuple([slots[mark] for mark in marks]), code)
                for section, pieces, marks in lines
            )
        except IndexError as error:
            raise BadData("a template makes characters of its own", "remove them") from error

    def disclosure(self, tongue: Language, *, partly: bool) -> tuple[Sentence, ...]:
        """What is said of a machine's voice: that it speaks, or that it speaks a part.

        A language without such a line says it in English. Raises BadData when it is broken.
        """
        return _disclosure(self.roots, _stamp(self.folders), tongue.code, partly)

    def find(self, language: str, name: str) -> Template:
        """The compiled template. Raises BadData when there is none, or it is broken."""
        if not _NAME.match(name) or not _NAME.match(language):
            raise BadData(f"{name!r} is no name of a template", "use small letters and hyphens")
        try:
            template = _environment(self.roots, self.stamp).get_template(
                f"{language}/{name}{SUFFIX}"
            )
        except TemplateNotFound as error:
            if error.name != f"{language}/{name}{SUFFIX}":
                raise _template_error(error, f"{language}/{name}{SUFFIX}") from error
            there = ", ".join(self.names(language)) or "none"
            raise BadData(
                f"there is no template {name!r} in {language!r}", f"there are: {there}"
            ) from error
        except UnicodeDecodeError as error:
            raise BadData(
                f"{language}/{name}{SUFFIX} is not UTF-8 text", "save it as UTF-8"
            ) from error
        except _OF_A_TEMPLATE as error:
            raise _template_error(error, f"{language}/{name}{SUFFIX}") from error
        return template


class _Checked(FileSystemLoader):
    """Reads template files, and refuses one whose headings are wrong before Jinja sees it."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """As FileSystemLoader's; raises BadData for an unknown or misplaced heading."""
        source, file, fresh = super().get_source(environment, template)
        problems = list(outline_problems(source, file))
        if problems and not Path(file).name.startswith("_"):
            raise BadData(str(problems[0]), "correct the template", problems)
        return source, file, fresh


def outline_problems(source: str, file: str) -> Iterator[Problem]:
    """What is wrong with the headings of a template: unknown, twice, out of order, or none."""
    last = -1
    for line, text in enumerate(source.splitlines(), 1):
        if _MARKS.search(text):
            yield Problem("a private-use character", "remove it", file, line)
        if not (found := _HEADING.match(text.strip())):
            continue
        known = [section.value for section in Section]
        if found.group(1) not in known:
            advice = f"the sections are {', '.join(known)}"
            yield Problem(f"there is no section [{found.group(1)}]", advice, file, line)
            continue
        place = _ORDER.index(Section(found.group(1)))
        if place <= last:
            advice = "put the sections in the order in which a person wants to hear them"
            yield Problem(f"[{found.group(1)}] comes too late or twice", advice, file, line)
        last = max(last, place)
    if last < 0:
        yield Problem("there is no section", "start with [thanks] on a line of its own", file, 1)


@lru_cache(maxsize=16)
def _languages(roots: tuple[Path, ...]) -> frozenset[str]:
    files = (file for root in roots for file in root.glob(f"*/*{SUFFIX}"))
    return frozenset(file.parent.name for file in files if not file.name.startswith("_"))


@lru_cache(maxsize=16)
def _environment(
    roots: tuple[Path, ...], stamp: tuple[tuple[str, int, int], ...]
) -> ImmutableSandboxedEnvironment:
    del stamp  # only tells apart; no autoescape: this is speech, not a web page
    return ImmutableSandboxedEnvironment(
        loader=_Checked([str(root) for root in roots]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template_error(error: Exception, file: str) -> BadData:
    line = getattr(error, "lineno", None)
    place = getattr(error, "filename", None) or file
    for frame in traceback.extract_tb(error.__traceback__):
        if line is None and frame.filename.endswith(SUFFIX):
            place, line = frame.filename, frame.lineno
    what = getattr(error, "message", None) or str(error)
    problem = Problem(what, "correct the template", str(place), line)
    return BadData(
        f"a template is broken: {place}:{line or '?'}: {what}", problem.advice, [problem]
    )


def _stamp(folders: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
    found = []
    for folder in folders:
        for file in folder.glob(f"*/*{SUFFIX}") if folder.is_dir() else ():
            facts = file.stat()
            found.append((str(file), facts.st_mtime_ns, facts.st_size))
    return tuple(found)


@lru_cache(maxsize=4096)
def _fill_shape(
    templates: Templates,
    stamp: tuple[tuple[str, int, int], ...],
    code: str,
    name: str,
    given: tuple[tuple[str, object], ...],
) -> tuple[Line, ...]:
    """The lines of a template for values of this shape: what the marks stand for comes later.

    Two cases with the same things known, and unknown, share them.
    """
    del stamp  # only tells apart
    template = templates.find(code, name)
    try:
        filled = template.render(dict(given))
    except _OF_A_TEMPLATE as error:
        raise _template_error(error, str(template.filename)) from error
    return tuple(_lines(filled))


@lru_cache(maxsize=64)
def _disclosure(
    roots: tuple[Path, ...],
    stamp: tuple[tuple[str, int, int], ...],
    code: str,
    partly: bool,  # noqa: FBT001 - one of the keys under which it is kept
) -> tuple[Sentence, ...]:
    names = [f"{one}/_disclose{SUFFIX}" for one in (code, FALLBACK)]
    try:
        template = _environment(roots, stamp).select_template(names)
        filled = template.render(synthetic=True, partly=partly)
    except _OF_A_TEMPLATE as error:
        raise _template_error(error, names[0]) from error
    return tuple(_sentence(section, pieces, (), code) for section, pieces, _ in _lines(filled))


def _lines(filled: str) -> Iterator[Line]:
    section: Section | None = None
    for line in filled.splitlines():
        raw = " ".join(line.split())
        if not raw:
            continue
        if found := _HEADING.match(raw):
            try:
                section = Section(found.group(1))
            except ValueError as error:
                what = f"a template makes a section {raw!r} that there is not"
                raise BadData(what, "write its headings as they are") from error
            continue
        if section is None:
            raise BadData(f"a template says {raw!r} before its first section", "add a [section]")
        marks = tuple(ord(mark) - _FIRST_MARK for mark in _MARKS.findall(raw))
        yield section, tuple(_MARKS.split(raw)), marks


@lru_cache(maxsize=16384)
def _sentence(
    section: Section, pieces: tuple[str, ...], parts: tuple[tuple[str, str, bool], ...], code: str
) -> Sentence:
    text = spoken = pieces[0]
    for (paper, said, _), rest in zip(parts, pieces[1:], strict=True):
        text += paper + rest
        spoken += said + rest
    text, spoken = _end_once(text), _end_once(speakable(spoken, language(code)))
    personal = any(part[2] for part in parts)
    return Sentence(section, text, personal=personal, spoken="" if spoken == text else spoken)


def _end_once(text: str) -> str:
    """One stop at the end: a quotation that ends in ? or … needs no full stop after it."""
    return re.sub(r"([?…؟])([\"”’»“]?)\.$", r"\1\2", text)
