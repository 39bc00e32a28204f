"""`privacy opt-out`, `opt-in`, `opted-out`: people whose words no model is shown.

JSON: `opt-out` {person, dry_run, conversations, pages, removed, pending, unreached, mentions,
quotes, left}; a person is {id, name, names, conversation, exact, erases, state, turns, asked_at,
done_at}, `removed` and `pending` are lists of {kind, count, what}, `unreached` and `left` of
{place, count, why}. `opted-out` [person]. `opt-in` {name, came_back, erased}.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from minutebook.cli.columns import cut, key, number
from minutebook.cli.exits import Exit
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import minute, print_json, print_table, print_text
from minutebook.clock import iso
from minutebook.domain.display import one_line
from minutebook.domain.opting_out import (
    Choice,
    OptedOut,
    Remains,
    RemovalReport,
    Removed,
    Step,
)
from minutebook.engine import Engine
from minutebook.errors import UsageError

_KINDS = {"scribe": "documents to be told again", "summarise": "pages to be summarised again"}
_ERASES = "What they said is removed from the record for good. Nothing brings it back."


@click.command(
    "opt-out", epilog="Example: minutebook privacy opt-out 'Carla Rossi' --also carla --dry-run"
)
@click.argument("name", metavar="NAME")
@click.option("--conversation", default="", metavar="CONV", help="Only in this one.")
@click.option("--also", multiple=True, metavar="NAME", help="Another name of the same person.")
@click.option("--exact", is_flag=True, help="Only the name as it is written here.")
@click.option("--erase", is_flag=True, help="Remove what they said from the record as well.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask before erasing.")
@json_option
@engine_command
async def opt_out(engine: Engine, name: str, **given: object) -> int:
    """Keep a person from models: their turns, and all that was made of them.

    What they said stays in the record for you to read, unless you erase it. What they say from now
    on comes in withheld. What is made of others' turns is made again without theirs.
    """
    choice = Choice(
        name=name,
        also=tuple(map(str, given["also"])),  # type: ignore[call-overload]
        conversation=str(given["conversation"]),
        is_exact=bool(given["exact"]),
        erases=bool(given["erase"]),
    )
    found = await engine.opting_out.preview(choice)
    if not given["dry_run"]:
        if choice.erases and not given["yes"] and not _confirmed(found):
            return Exit.FAILED
        await engine.pool.reclaim()
        found = await engine.opting_out.opt_out(choice)
    if given["as_json"]:
        print_json(_report(found))
    else:
        _print(found)
    return Exit.DONE if found.is_clean else Exit.FAILED


@click.command("opt-in", epilog="Example: minutebook privacy opt-in 'Carla Rossi'")
@click.argument("name", metavar="NAME")
@json_option
@engine_command
async def opt_in(engine: Engine, name: str, as_json: bool) -> None:
    """Let a person in again. What was erased stays erased."""
    came, erased = await engine.opting_out.opt_in(name)
    if as_json:
        print_json({"name": name, "came_back": came, "erased": erased})
        return
    say(f"{came:,} turns of {one_line(name)!r} are there to be read again.")
    if erased:
        say(f"{erased:,} were erased, and do not come back.")


@click.command("opted-out", epilog="Example: minutebook privacy opted-out --json")
@json_option
@engine_command
async def opted_out(engine: Engine, as_json: bool) -> None:
    """List who has opted out."""
    found = await engine.opting_out.everybody()
    if as_json:
        print_json([_person(each) for each in found])
        return
    if not found:
        say("Nobody has opted out.")
    columns = (cut("name"), key("where"), number("turns"), key("since"), key("state"))
    rows = [
        (
            one_line(each.name),
            each.conversation or "everywhere",
            f"{each.turns:,}",
            minute(each.asked_at),
            _state(each),
        )
        for each in found
    ]
    print_table(columns, rows)


def _confirmed(found: RemovalReport) -> bool:
    say(f"{found.person.turns:,} turns of {one_line(found.person.name)!r}. {_ERASES}")
    if not sys.stdin.isatty():
        raise UsageError("Nobody is there to say yes.", hint="Add --yes.")
    return click.confirm("Go ahead?", err=True)


def _state(person: OptedOut) -> str:
    what = "erased" if person.erases else "withheld"
    return what if person.step is Step.DONE else f"{what}, {person.step.value}"


def _print(found: RemovalReport) -> None:
    person = found.person
    verb = "Would be removed" if found.is_rehearsal else "Removed"
    names = ", ".join(one_line(name) for name in person.names)
    lines = [f"{names}: {found.conversations:,} conversations, {found.pages:,} pages.", f"{verb}:"]
    lines += [_counted(each) for each in found.removed] or ["  nothing"]
    if found.pending:
        lines += ["Made again by jobs that wait:", *map(_counted, found.pending)]
    if not found.is_rehearsal:
        others = f"{found.mentions:,} name them, {found.quotes:,} say a long run of the same words."
        reached = map(_placed, found.unreached)
        lines += [f"In turns of others: {others}", "Out of reach:", *reached]
        lines += ["STILL THERE:", *map(_placed, found.left)] if found.left else [_CLEAN]
    print_text("\n".join(lines))


_CLEAN = "Looked through everything derived: nothing of theirs is left."


def _counted(each: Removed) -> str:
    what = f"  {one_line(each.what)}" if each.what else ""
    return f"  {each.count:>8,}  {_KINDS.get(each.kind, each.kind)}{what}"


def _placed(each: Remains) -> str:
    return f"  {one_line(each.place)}: {each.why}" if each.why else f"  {one_line(each.place)}"


def _report(found: RemovalReport) -> dict[str, Any]:
    return {
        "person": _person(found.person),
        "dry_run": found.is_rehearsal,
        "conversations": found.conversations,
        "pages": found.pages,
        "removed": _removed(found.removed),
        "pending": _removed(found.pending),
        "unreached": _remains(found.unreached),
        "mentions": found.mentions,
        "quotes": found.quotes,
        "left": _remains(found.left),
    }


def _person(each: OptedOut) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "names": list(each.names),
        "conversation": each.conversation or None,
        "exact": each.is_exact,
        "erases": each.erases,
        "state": each.step.value,
        "turns": each.turns,
        "asked_at": iso(each.asked_at),
        "done_at": None if each.done_at is None else iso(each.done_at),
    }


def _removed(found: Sequence[Removed]) -> list[dict[str, Any]]:
    return [{"kind": each.kind, "count": each.count, "what": each.what} for each in found]


def _remains(found: Sequence[Remains]) -> list[dict[str, Any]]:
    return [{"place": each.place, "count": each.count, "why": each.why} for each in found]
