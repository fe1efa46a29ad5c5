"""How many scripts a second are composed and checked, on one core."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

from voicenote.model.case import Case, Complaint, Customer, Stage
from voicenote.script.check.case_context import CaseBackground, CheckContext
from voicenote.script.check.rules import check as check_script
from voicenote.script.compose import compose
from voicenote.script.context import ScriptContext

SCRIPTS = 3_000
STORY = (
    "the cake was late and nobody called me back about it so I waited all day in the rain with my "
    "mother while the guests were sitting there"
)


def cases(language: str) -> Iterator[Case]:
    """Cases that all say something else."""
    story = STORY.split()
    for number in range(SCRIPTS):
        turn = number % len(story)
        words = [*story[turn:], *story[:turn]]
        yield Case(
            number=number,
            stage=Stage.OPENED,
            complaint=Complaint(
                source="bench",
                ref=str(number),
                opened_at=datetime(2026, 1, 5, tzinfo=UTC),
                customer=Customer(name=f"Dana {words[0]} {number}", language=language),
                what_happened=f"{' '.join(words)} {number}",
                bothered_most=f"{' '.join(words[:9])} {number}",
                feeling=words[3],
            ),
        )


def check() -> str:
    """Compose and check, in English: each script with the case behind it.

    The first one, which reads the tables, is measured apart.
    """
    facts = ScriptContext(owner="Mia Berg", today=date(2026, 1, 6))
    made = list(cases("en"))
    begun = time.process_time()
    first = compose(made.pop(), facts)
    check_script(first, "", CheckContext(owner="Mia Berg"))
    tables, begun = time.process_time() - begun, time.process_time()
    scripts = [compose(case, facts) for case in made]
    composed = time.process_time()
    for case, script in zip(made, scripts, strict=True):
        check_script(
            script, "", CheckContext(owner="Mia Berg", background=CaseBackground(case=case))
        )
    done = time.process_time()
    rates = [len(made) / spent for spent in (done - begun, composed - begun, done - composed)]
    return (
        "{:.0f} scripts composed and checked a second of one core's time (composed {:.0f}, "
        "checked {:.0f}); ".format(*rates)
        + f"{tables:.2f} s for the first, with the tables"
    )
