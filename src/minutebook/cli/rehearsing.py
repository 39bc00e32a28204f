"""`import --dry-run`: what would come in, per conversation, and why each file has its format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from minutebook.cli import shapes
from minutebook.cli.columns import cut, key, number
from minutebook.cli.exits import Exit
from minutebook.cli.narration import say
from minutebook.cli.output import minute, print_json, print_table
from minutebook.engine import Choice, Engine, Rehearsed


async def rehearse(engine: Engine, paths: Sequence[Path], choice: Choice, *, as_json: bool) -> int:
    """Print what an import would bring; nothing is changed."""
    found = [one async for one in engine.importer.rehearse(paths, choice)]
    if as_json:
        print_json([_shape(one) for one in found])
    else:
        _print(found)
    return Exit.QUARANTINED if any(one.report.quarantined for one in found) else Exit.DONE


def _shape(value: Rehearsed) -> shapes.Shape:
    return shapes.report(value.report) | {
        "scores": [
            {"format": verdict.format, "score": verdict.score, "reason": verdict.reason}
            for verdict in value.report.verdicts
        ],
        "expected": [
            {
                "id": each.conversation.id,
                "source": each.conversation.source,
                "native_id": each.conversation.native_id,
                "title": each.conversation.title,
                "new": each.is_new,
                "turns_new": each.brought.new,
                "turns_known": each.brought.known,
                "turns_revised": each.brought.revised,
                "first_at": shapes.moment(each.conversation.first_at),
                "last_at": shapes.moment(each.conversation.last_at),
            }
            for each in value.expected
        ],
    }


def _print(found: Sequence[Rehearsed]) -> None:
    for one in found:
        _explain(one)
    print_table(
        (
            key("file"),
            key("format", leaves=1),
            cut("conversation"),
            key("state", leaves=4),
            number("new"),
            number("known", leaves=2),
            number("revised", leaves=3),
            key("first", leaves=5),
            key("last", leaves=6),
        ),
        [
            (
                one.report.path,
                one.report.format,
                each.conversation.title,
                "new" if each.is_new else "known",
                each.brought.new,
                each.brought.known,
                each.brought.revised,
                minute(each.conversation.first_at),
                minute(each.conversation.last_at),
            )
            for one in found
            for each in one.expected
        ],
    )
    new = sum(one.report.turns_new for one in found)
    say(f"{new} new turns would come in. Nothing was changed.")


def _explain(one: Rehearsed) -> None:
    """Say why a file has its format, and what would be left out of it."""
    report = one.report
    if report.format:
        say(f"{report.path}: {report.format}. {report.reason}")
    for verdict in report.verdicts:
        if verdict.score > 0:
            say(f"    {verdict.score:.2f} {verdict.format}: {verdict.reason}")
    for note in report.notes:
        say(f"{report.path}: {note}")
    for item in report.quarantined:
        say(f"{report.path}, {item.place}: {item.reason}")
