"""Sources of templates: the owner's own files, and the packaged skeletons and phrases.

A packaged template is a skeleton, ``templates/<name>.jinja``, the same for all languages. A line
``<key>`` in it stands for a phrase from ``templates/<language>.toml``: one of the template's, or a
shared one. ``needs`` are the facts without which it isn't said (R20), ``rank`` tells when it goes
if time is short (1 first; without one, never), ``by=failure`` takes the phrase of the kind of
failure, and ``then=VALUE`` lets a value follow: in the same sentence if it is brief, else in one of
its own.
The owner's own template, ``<language>/<name>.jinja``, is complete and comes first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from voicenote.errors import BadData, Problem
from voicenote.model.case import Failure
from voicenote.model.sentences import Section
from voicenote.script.addressing import OR
from voicenote.script.languages import PACKAGED, language, packaged_languages
from voicenote.script.placeholders import MARKS

SUFFIX = ".jinja"
#: A heading: the name of a section in brackets, alone on its line.
HEADING = re.compile(r"\[([^\[\]{}]*)\]\s*$")
_PHRASE = re.compile(
    r"^<(?P<key>[a-z-]+)(?= |>)(?P<by> by=failure)?(?: then=(?P<then>[a-z_]+))?"
    r'(?: rank=(?P<rank>\d{1,2}))?(?: needs="(?P<needs>[a-z_., ]+)")?>$',
    re.MULTILINE,
)
#: The group of phrases of a case whose kind of failure isn't known.
ANY_FAILURE = "other"
_ORDER = list(Section)

#: The state of own templates, to see if one changed: (path, mtime in ns, size in bytes) of each.
Stamp = tuple[tuple[str, int, int], ...]


@cache
def packaged_names() -> frozenset[str]:
    """Return the names of the packaged templates. Parts to include begin with ``_``."""
    return frozenset(file.stem for file in PACKAGED.glob(f"*{SUFFIX}"))


@cache
def packaged_source(code: str, name: str) -> str:
    """Return the text of a packaged template in one language; "" when there is none.

    Raises KeyError when the language lacks one of its phrases.
    """
    if code not in packaged_languages() or name not in packaged_names():
        return ""
    skeleton = (PACKAGED / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    found = {line.source: line for line in skeleton_lines(name)}
    text = _PHRASE.sub(lambda hit: _spell_line(found[hit[0]], name, code), skeleton)
    return text.replace('{% include "', f'{{% include "{code}/')


class SkeletonLine(NamedTuple):
    """A line of a skeleton that stands for a phrase.

    `needs` are the facts that it needs ("not x": that must be missing), `rank` when it goes ("":
    never), `by_failure` whether each kind of failure has its own, `then` the value that follows it.
    """

    source: str
    key: str
    needs: tuple[str, ...]
    rank: str
    by_failure: bool
    then: str = ""


@cache
def skeleton_lines(name: str) -> tuple[SkeletonLine, ...]:
    """Return the lines of a packaged skeleton that stand for phrases, in their order."""
    skeleton = (PACKAGED / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    return tuple(
        SkeletonLine(
            hit[0],
            hit["key"],
            tuple(hit["needs"].split(", ")) if hit["needs"] else (),
            hit["rank"] or "",
            by_failure=bool(hit["by"]),
            then=hit["then"] or "",
        )
        for hit in _PHRASE.finditer(skeleton)
    )


def phrases_of(line: SkeletonLine, name: str, code: str) -> dict[str, str]:
    """Return the phrases that a line stands for, by kind of failure; "" is the one for all."""
    phrases = language(code).phrases
    if line.by_failure:
        return {kind: as_line(phrases[kind][line.key]) for kind in (*Failure, ANY_FAILURE)}
    known = {**phrases["shared"], **phrases.get(name.lstrip("_"), {})}
    return {"": as_line(known[line.key])}


def as_line(phrase: str | list[str]) -> str:
    """Return a phrase, or the wordings of one, as a line of a template."""
    return phrase if isinstance(phrase, str) else OR.join(phrase)


def _spell_line(line: SkeletonLine, name: str, code: str) -> str:
    rank = f"~{line.rank} " if line.rank else ""
    phrases = phrases_of(line, name, code)
    text = rank + phrases.pop(ANY_FAILURE if line.by_failure else "")
    if phrases:
        ways = (f'if failure == "{kind}" %}}\n{rank}{phrases[kind]}\n' for kind in phrases)
        text = f"{{% {'{% el'.join(ways)}{{% else %}}\n{text}\n{{% endif %}}"
    if line.then:
        text = _lead_into(line.then, rank, text, language(code).comma)
    if line.needs:
        text = f"{{% if {' and '.join(line.needs)} %}}\n{text}\n{{% endif %}}"
    return text


def _lead_into(value: str, rank: str, text: str, comma: str) -> str:
    """Return the wordings of `text` with a value after them, as one sentence if it is brief."""
    one = OR.join(f"{way.removesuffix('.')}{comma} {{{{ {value} }}}}." for way in text.split(OR))
    apart = f"{text}\n{rank}{{{{ {value} }}}}."
    return f"{{% if {value}.brief %}}\n{one}\n{{% elif {value} %}}\n{apart}\n{{% endif %}}"


def stamp_of(folders: tuple[Path, ...]) -> Stamp:
    """Return the state of the templates in `folders`; it changes when one of them does."""
    found = []
    for folder in folders:
        for file in folder.glob(f"*/*{SUFFIX}") if os.path.isdir(folder) else ():  # noqa: PTH112 - it is asked often, and ten times as fast
            status = file.stat()
            found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)


class _TemplateLoader(FileSystemLoader):
    """A loader of own files first, then packaged templates, which checks headings before Jinja."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Do as FileSystemLoader; raise BadData for an unknown or misplaced heading."""
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
    """Return the Jinja sandbox for the templates of `folders` and the packaged ones."""
    del stamp  # only part of the cache's key; no autoescape: this is speech, not a web page
    return ImmutableSandboxedEnvironment(
        loader=_TemplateLoader([str(folder) for folder in folders]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,  # a part may end in a sentence
    )


def outline_problems(source: str, file: str) -> Iterator[Problem]:
    """Yield the problems of a template's headings: unknown, repeated, out of order, or missing.

    Private-use characters are a problem too.
    """
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
