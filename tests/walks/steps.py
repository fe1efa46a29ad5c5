"""All kinds of step of a walk, and how often each is taken."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.walks import steps_cases as of_cases
from tests.walks import steps_letters as letters
from tests.walks import steps_trouble as trouble
from tests.walks.walk import Walk

Step = Callable[[Walk, random.Random], None]

OFTEN: tuple[Step, ...] = (trouble.run, trouble.wait, trouble.cron, of_cases.all_the_way)
SOMETIMES: tuple[Step, ...] = (
    of_cases.import_new, of_cases.triage, of_cases.script, of_cases.render, of_cases.approve,
    of_cases.plan, of_cases.promise, of_cases.deed_done, of_cases.answer, of_cases.look,
    of_cases.to_the_end, letters.letter, letters.opt_out, trouble.run_badly, trouble.run_killed,
    trouble.resend, trouble.clock_jumps,
)  # fmt: skip
SELDOM: tuple[Step, ...] = (
    of_cases.import_again, of_cases.import_bad, of_cases.import_dry, of_cases.same_story,
    of_cases.moved_person, of_cases.new_from, of_cases.script_edited, of_cases.deed_confirmed,
    of_cases.deed_broken, of_cases.deed_waived, of_cases.promised_again, of_cases.lesson,
    of_cases.close, of_cases.reopen, letters.machine_letter, letters.bounce, letters.garbage,
    letters.forged, letters.whatsapp, letters.telegram, trouble.killed_elsewhere,
    trouble.run_locked, trouble.clock_back, trouble.mark_sent, trouble.proof, trouble.run_to_me,
    trouble.pause, trouble.rehearse, trouble.quiet_hours, trouble.rename_channel,
    trouble.sound_changed, trouble.words_changed, trouble.state_lost, trouble.copied,
    trouble.restored, trouble.put_back, trouble.undo,
)  # fmt: skip
STEPS: dict[str, Step] = {
    f"{step.__module__.rpartition('steps_')[2]} {step.__name__}": step
    for step in (*OFTEN, *SOMETIMES, *SELDOM)
}
WEIGHTS = [6] * len(OFTEN) + [3] * len(SOMETIMES) + [1] * len(SELDOM)


def drawn(seed: int, count: int) -> list[tuple[str, str]]:
    """Return the steps of the walk of this seed: the name of each, and what its chance is of.

    They do not depend on what happens, so that a walk from which steps are taken is a walk too.
    """
    chance = random.Random(seed)  # noqa: S311 - not a secret
    names = chance.choices(list(STEPS), WEIGHTS, k=count)
    first = ["cases import_new", "cases all_the_way", "trouble run", "trouble cron"]
    return [(name, f"{seed}/{place}") for place, name in enumerate([*first, *names])]
