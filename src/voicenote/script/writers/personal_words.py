"""Putting a writer's personal sentences among the template's shared ones. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voicenote.model.sentences import Section, Sentence


def merge_personal(template: Sequence[Sentence], own: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return the template's sentences with the personal ones of each section replaced.

    The shared ones stay as they are, so that their recordings can be used. A section that `own` has
    nothing for keeps the template's words.
    """
    by_section: dict[Section, list[Sentence]] = {}
    for one in own:
        by_section.setdefault(one.section, []).append(one)
    return tuple(
        sentence
        for section in Section
        for sentence in _section([one for one in template if one.section is section],
                                 by_section.get(section, []))
    )  # fmt: skip


def _section(template: Sequence[Sentence], own: Sequence[Sentence]) -> Iterator[Sentence]:
    if not own:
        yield from template
        return
    said = False
    for sentence in template:
        if not sentence.personal:
            yield sentence
        elif not said:
            yield from own
            said = True
    if not said:
        yield from own
