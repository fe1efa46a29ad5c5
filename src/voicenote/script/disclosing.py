"""The line with which a memo says that a machine speaks in it: set, changed or taken out.

It is decided by who speaks in the end, which is known only when the sound is made.
"""

from __future__ import annotations

from dataclasses import replace

from voicenote.model.memo import Synthetic
from voicenote.model.sentences import Script, Section
from voicenote.script.languages import language
from voicenote.script.templating import Templates


def drop_disclosure(script: Script) -> Script:
    """Return what a person says of a script: all but the line on a machine's voice."""
    own = tuple(one for one in script.sentences if one.section is not Section.DISCLOSE)
    return replace(script, sentences=own)


def add_disclosure(script: Script, synthetic: Synthetic, templates: Templates) -> Script:
    """Return `script` with the line that is true of its voice: last, and once.

    A line in the owner's own words stays as it is as long as a machine speaks at all. Raises
    BadData when the template of the line is broken.
    """
    if synthetic is Synthetic.NO:
        return drop_disclosure(script)
    tongue = language(script.language)
    partly = synthetic is Synthetic.PARTLY
    right = templates.disclosure(tongue, partly=partly)
    wrong = templates.disclosure(tongue, partly=not partly)
    there = tuple(one for one in script.sentences if one.section is Section.DISCLOSE)
    if there and [one.text for one in there] != [one.text for one in wrong]:
        return script
    return replace(script, sentences=(*drop_disclosure(script).sentences, *right))
