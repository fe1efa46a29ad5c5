"""Where the text of a template comes from: the owner's own file, or the packaged bones and phrases.

A packaged template is a skeleton, ``templates/<name>.jinja``, which is the same for all languages.
A line ``<key>`` in it stands for a phrase of ``templates/<language>.toml``: one of the template's
own, or a shared one. An own template, ``<language>/<name>.jinja``, is whole, and comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from voicenote.errors import BadData, Problem
from voicenote.model.sentences import Section
from voicenote.script.languages import PACKAGED, language, packaged_languages
from voicenote.script.placeholders import MARKS

SUFFIX = ".jinja"
#: A heading: a section's name in brackets, alone on its line.
HEADING = re.compile(r"\[([^\[\]{}]*)\]\s*$")
_PHRASE = re.compile(r"^<([a-z-]+)>$", re.MULTILINE)
_ORDER = list(Section)

#: What tells that an own template was changed: each file, when it was written, and its size.
Stamp = tuple[tuple[str, int, int], ...]


@cache
def packaged_names() -> frozenset[str]:
    """Return the names of the packaged templates; parts that others include begin with ``_``."""
    return frozenset(file.stem for file in PACKAGED.glob(f"*{SUFFIX}"))


@cache
def packaged_source(code: str, name: str) -> str:
    """Return a packaged template in one language, or nothing when there is none.

    Raises KeyError when the language lacks one of its phrases.
    """
    if code not in packaged_languages() or name not in packaged_names():
        return ""
    skeleton = (PACKAGED / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    phrases = language(code).phrases
    known = {**phrases["shared"], **phrases.get(name.lstrip("_"), {})}
    text = _PHRASE.sub(lambda key: known[key[1]], skeleton)
    return text.replace('{% include "', f'{{% include "{code}/')


def stamp_of(folders: tuple[Path, ...]) -> Stamp:
    """Return what tells that a template in `folders` was changed."""
    found = []
    for folder in folders:
        for file in folder.glob(f"*/*{SUFFIX}") if folder.is_dir() else ():
            status = file.stat()
            found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)


class _TemplateLoader(FileSystemLoader):
    """Reads own files first, then the packaged templates; refuses wrong headings before Jinja."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """As FileSystemLoader's; raises BadData for an unknown or misplaced heading."""
        try:
            source, file, fresh = super().get_source(environment, template)
        except TemplateNotFound:
            code, _, name = template.removesuffix(SUFFIX).partition("/")
            if not (source := packaged_source(code, name)):
                raise
            return source, str(PACKAGED / f"{name}{SUFFIX}"), lambda: True
        problems = list(outline_problems(source, file))
        if problems and not Path(file).name.startswith("_"):
            raise BadData(str(problems[0]), "correct the template", problems)
        return source, file, fresh


@lru_cache(maxsize=16)
def environment(folders: tuple[Path, ...], stamp: Stamp) -> ImmutableSandboxedEnvironment:
    """Return the sandbox in which the templates of `folders`, and the packaged ones, are filled."""
    del stamp  # only tells apart; no autoescape: this is speech, not a web page
    return ImmutableSandboxedEnvironment(
        loader=_TemplateLoader([str(folder) for folder in folders]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # a part may end in a sentence
    )


def outline_problems(source: str, file: str) -> Iterator[Problem]:
    """Yield what is wrong with a template's headings: unknown, twice, out of order, or none."""
    last = -1
    for line, text in enumerate(source.splitlines(), 1):
        if MARKS.search(text):
            yield Problem("a private-use character", "remove it", file, line)
        if not (found := HEADING.match(text.strip())):
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
