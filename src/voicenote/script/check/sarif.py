"""Findings as SARIF 2.1.0, which editors and code hosts show beside the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from voicenote.script.check.findings import Diagnostic, LintLevel, rules

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    LintLevel.ERROR: "error",
    LintLevel.WARNING: "warning",
    LintLevel.HINT: "note",
    LintLevel.OFF: "none",
}
_CODES = list(rules())


def sarif(checked: Iterable[tuple[str, str, Sequence[Diagnostic]]], version: str) -> dict[str, Any]:
    """A SARIF log of one run. `checked` holds (name, text, findings); columns count characters."""
    results = [
        _result(finding, name, text) for name, text, findings in checked for finding in findings
    ]
    driver = {"name": "voicenote", "version": version, "rules": [_rule(code) for code in _CODES]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> Mapping[str, Any]:
    rule = rules()[code]
    worst = next(level for level in LintLevel if level in {way[0] for way in rule.kinds.values()})
    return {
        "id": code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title} ({rule.source})."},
        "defaultConfiguration": {"level": _LEVELS[worst]},
    }


def _result(finding: Diagnostic, name: str, text: str) -> Mapping[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": _CODES.index(finding.rule),
        "level": _LEVELS[finding.level],
        "message": {"text": f"{finding.why} Instead: {finding.instead}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(name)},
                    "region": _region(finding, text),
                }
            }
        ],
    }


def _region(finding: Diagnostic, text: str) -> Mapping[str, Any]:
    line, column = place(text, finding.start)
    end_line, end_column = place(text, finding.end)
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": finding.start,
        "charLength": finding.end - finding.start,
        "snippet": {"text": finding.text},
    }


def place(text: str, offset: int) -> tuple[int, int]:
    """The line and the column of an offset, both from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
