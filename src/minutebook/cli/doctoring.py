"""`doctor`: check the home, and say what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path

import click

from minutebook.cli.columns import key, wrapped
from minutebook.cli.exits import Exit
from minutebook.cli.options import home_option, json_option
from minutebook.cli.output import print_json, print_table
from minutebook.engine import examine
from minutebook.paths import find_home


@click.command(epilog="Example: minutebook doctor")
@home_option
@json_option
def doctor(home: Path | None, as_json: bool) -> int:
    """Check the home, its settings and its store."""
    findings = examine(find_home(home))
    if as_json:
        print_json([{"check": f.check, "ok": f.is_fine, "detail": f.detail} for f in findings])
    else:
        rows = [(f.check, "ok" if f.is_fine else "look", f.detail) for f in findings]
        print_table((key("check"), key("finding"), wrapped("detail")), rows)
    return Exit.DONE if all(finding.is_fine for finding in findings) else Exit.FAILED
