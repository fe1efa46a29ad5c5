"""Adding, changing and removing the line that discloses a synthetic voice.

Whether it is needed is known only when the sound is made.
"""

from __future__ import annotations

from dataclasses import replace

from voicenote.model.memo import Synthetic
from voicenote.model.sentences import Script, Section
from voicenote.script.languages import language
from voicenote.script.templating import Templates


def drop_disclosure(script: Script) -> Script:
    """Return a script as a person says it: without the line about a synthetic voice."""
    own = tuple(one for one in script.sentences if one.section is not Section.DISCLOSE)
    return replace(script, sentences=own) if len(own) < len(script.sentences) else script


def add_disclosure(script: Script, synthetic: Synthetic, templates: Templates) -> Script:
    """Return `script` with the disclosure that is true of its voice: once, at the end.

    A line in the owner's own words stays as it is, if any of the voice is synthetic. Raises
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
