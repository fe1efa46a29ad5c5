"""`check`: show what is wrong with a text, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from voicenote.cli.terminal.case_options import case_number
from voicenote.cli.terminal.file_input import read_text
from voicenote.cli.terminal.session import Session, command
from voicenote.cli.terminal.word_choice import WordChoice
from voicenote.counting import count_of
from voicenote.errors import BadData, WrongUse

if TYPE_CHECKING:
    from voicenote.script.check.case_context import CheckContext
    from voicenote.script.check.findings import CheckedText


@command()
@click.argument("given", nargs=-1, metavar="[N|FILE]...")
@click.option("--templates", is_flag=True, help="Check every template in every language.")
@click.option("--language", default="", metavar="TAG", help="The language of the text, as BCP 47.")
@click.option(
    "--owner",
    default="",
    metavar="NAME",
    help="Who answers for it; the text must say the name (S1).",
)
@click.option(
    "--finding",
    type=WordChoice("justified", "partly", "unfounded"),
    help="Whether the complaint is justified, for a text without a case (S9).",
)
@click.option("--template", default="", metavar="NAME", help="The kind of text, such as check-in.")
@click.option("--explain", metavar="RULE", help="Explain a rule, and where it comes from.")
def check(
    session: Session,
    /,
    *,
    given: Sequence[str],
    templates: bool,
    explain: str | None,
    **asked: str | None,
) -> int:
    """Check a script against the method: that of case N, a text FILE, - or every template.

    A plain text has no case behind it, so the rules that need one are left out. Exit code 1 when
    there is an error. With --json: a list of {"rule", "level", "start", "end", "text", "why",
    "instead"}, and "where" beside them when more than one text was checked.
    """
    if explain:
        return _explain(session, explain, asked["language"] or "en")
    if bool(given) == templates:
        raise WrongUse("say what to check", "a case number, a file, - or --templates")
    checked = list(_check_all(session, given, asked))
    if session.json:
        many = templates or len(given) > 1
        session.screen.data(
            [
                {**({"where": one.where} if many else {}), **asdict(finding)}
                for one in checked
                for finding in one.findings
            ]
        )
    else:
        _show(session, checked)
    return 1 if any(f.level.value == "error" for one in checked for f in one.findings) else 0


def _check_all(
    session: Session, given: Sequence[str], asked: dict[str, str | None]
) -> Iterator[CheckedText]:
    from voicenote.voice.port import primary

    language = primary(asked["language"] or "")
    if not given:
        from voicenote.engine.memo.own_templates import check_templates

        with session.open() as ws:
            yield from check_templates(ws, language)
        return
    for one in given:
        if one.isdecimal():
            from voicenote.engine.memo.own_templates import check_case

            number = case_number(one)
            with session.open() as ws:
                yield check_case(ws, number, _read_options(asked))
        else:
            yield _text(session, one, language, _read_options(asked))


def _read_options(asked: dict[str, str | None]) -> CheckContext:
    from voicenote.model.case import Finding as Outcome
    from voicenote.script.check.case_context import CheckContext

    finding = asked["finding"]
    return CheckContext(
        owner=asked["owner"] or "",
        finding=Outcome(finding) if finding else None,
        template=asked["template"] or "",
    )


def _text(session: Session, name: str, language: str, asked: CheckContext) -> CheckedText:
    from voicenote.script.check.findings import CheckedText, LintLevel
    from voicenote.script.check.phrase_tables import languages
    from voicenote.script.check.rules import check
    from voicenote.word_language import detect_language

    text = read_text(name, session.stdin)
    if not text.strip():
        raise BadData(f"{name} is empty", "give it a script to check")
    known = ", ".join(languages())
    code = language or detect_language(text)
    if code not in languages():
        raise WrongUse(
            f"the language of {name} can't be guessed", f"add --language with one of {known}"
        )
    levels = {rule: LintLevel(level) for rule, level in session.settings.check.levels.items()}
    return CheckedText(name, text, tuple(check(text, code, asked, levels)))


def _show(session: Session, checked: Sequence[CheckedText]) -> None:
    """Print the findings; of several texts, each hint only once, unless the user wants more."""
    once = len(checked) > 1 and not session.verbose
    hints: dict[tuple[str, str, str], list[str]] = {}
    for one in checked:
        for finding in one.findings:
            if once and finding.level.value == "hint":
                told = (finding.rule, finding.why, finding.instead)
                hints.setdefault(told, []).append(one.where)
                continue
            line, column = finding.place(one.text)
            quoted = f' "{" ".join(finding.text.split())}"' if finding.text else ""
            at = f"{one.where}:{line}:{column}" if finding.text else one.where
            session.screen.out(f"{at}: {finding.level.value} {finding.rule}{quoted}")
            session.screen.out(f"    {finding.why}")
            session.screen.out(f"    Instead: {finding.instead}")
    for (rule, why, instead), where in hints.items():
        session.screen.out(f"hint {rule}, {count_of(len(set(where)), 'text')}: {why}")
        session.screen.out(f"    Instead: {instead}")
    levels = [finding.level.value for one in checked for finding in one.findings]
    counts = [count_of(levels.count(level), level) for level in ("error", "warning", "hint")]
    session.screen.note(f"{len(checked)} checked: {', '.join(counts)}.")


def _explain(session: Session, code: str, language: str) -> int:
    from voicenote.script.check.findings import Rule, rules, titles
    from voicenote.script.check.phrase_tables import languages, table
    from voicenote.voice.port import primary

    known, code = titles(), code.upper()
    if code not in known:
        raise WrongUse(f"{code!r} isn't a rule of the method", f"known: {', '.join(known)}")
    rule = rules().get(code) or Rule(code, known[code], "docs/method.md", {})
    tongue = primary(language)
    phrases = table(tongue if tongue in languages() else "en")
    data = {
        "rule": rule.code,
        "title": rule.title,
        "source": rule.source,
        "violations": [
            {
                "violation": f"{rule.code}.{kind}",
                "level": level,
                "why": why,
                "instead": phrases.advise(rule.code, kind),
            }
            for kind, (level, why) in rule.violations.items()
        ],
    }
    session.screen.show(data, lambda: _explain_rule(data))
    session.screen.rules.leave_out(code)
    return 0


def _explain_rule(data: dict[str, Any]) -> str:
    lines = [f"{data['rule']}: {data['title']}.", f"Source: {data['source']}."]
    for way in data["violations"]:
        lines += ["", f"{way['violation']} ({way['level'].value})", f"    {way['why']}"]
        lines.append(f"    Instead: {way['instead']}")
    return "\n".join(lines)
