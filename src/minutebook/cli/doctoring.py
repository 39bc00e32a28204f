"""`doctor`: check the home, and say what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path

import click

from minutebook.cli.columns import key, wrapped
from minutebook.cli.exits import Exit
from minutebook.cli.options import home_option, json_option
from minutebook.cli.output import print_json, print_table
from minutebook.engine import Finding, examine
from minutebook.paths import find_home


@click.command(epilog="Example: minutebook doctor")
@home_option
@json_option
def doctor(home: Path | None, as_json: bool) -> int:
    """Check the home, its settings and its store. Warnings alone are no failure."""
    findings = examine(find_home(home))
    if as_json:
        print_json([_shape(finding) for finding in findings])
    else:
        rows = [(f.check, _word(f), f.detail) for f in findings]
        print_table((key("check"), key("finding"), wrapped("detail")), rows)
    return Exit.FAILED if any(finding.has_failed for finding in findings) else Exit.DONE


def _shape(finding: Finding) -> dict[str, object]:
    is_warning = not (finding.is_fine or finding.has_failed)
    return {
        "check": finding.check,
        "ok": finding.is_fine,
        "warning": is_warning,
        "detail": finding.detail,
    }


def _word(finding: Finding) -> str:
    if finding.is_fine:
        return "ok"
    return "failed" if finding.has_failed else "look"
