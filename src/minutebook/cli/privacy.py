"""`privacy`: what models behind a network are not told."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from minutebook.cli import opting_out
from minutebook.cli.columns import cut, number, wrapped
from minutebook.cli.columns import key as key_column
from minutebook.cli.exits import Exit
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import home_of, home_option, json_option, set_option, settings_of
from minutebook.cli.output import print_json, print_table, print_text
from minutebook.config import Settings
from minutebook.config.credentials import PRIVACY_KEY_VARIABLE
from minutebook.domain.privacy import Kind
from minutebook.engine import BEGINNING, open_engine
from minutebook.engine import privacy as verbs
from minutebook.errors import UsageError
from minutebook.paths import Home

_AT_ONCE = 500
"""Turns that are read at once."""


@click.group(cls=Family)
def privacy() -> None:
    """See and choose what models behind a network are not told."""


for _command in (opting_out.opt_out, opting_out.opt_in, opting_out.opted_out):
    privacy.add_command(_command)


@privacy.command("status", epilog="Example: minutebook privacy status --json")
@home_option
@set_option
@json_option
def status(home: Path | None, flags: tuple[str, ...], as_json: bool) -> int:
    """Say what is hidden, and with which key. It fails where pseudonyms lack their key."""
    found = verbs.status_of(settings_of(home_of(home), flags))
    if as_json:
        print_json(
            {
                "redact": [kind.value for kind in found.redact],
                "pseudonyms": found.pseudonyms.value,
                "key": found.key or None,
                "key_from": found.key_from or None,
            }
        )
    else:
        print_text("\n".join(_lines(found)))
    return Exit.FAILED if found.lacks_key else Exit.DONE


def _lines(found: verbs.PrivacyStatus) -> list[str]:
    kinds = ", ".join(kind.value for kind in found.redact)
    key = f"{found.key}, from the {found.key_from}" if found.key else "none"
    lines = [
        f"hidden from models   {kinds or 'nothing'}",
        f"pseudonyms           {found.pseudonyms.value}",
        f"your key             {key}",
    ]
    if found.lacks_key:
        lines.append("Pseudonyms need a key of yours: see `minutebook privacy key`.")
    return lines


@privacy.command("key", epilog="Example: minutebook privacy key --keyring")
@click.option("--keyring", "keeps", is_flag=True, help="Put it into the system keyring.")
def key(keeps: bool) -> None:
    """Make a random key for pseudonyms, and print it or put it into the system keyring.

    It is kept nowhere else: without it nobody, you included, can tell whose a pseudonym is.
    """
    made = verbs.new_key()
    if keeps:
        verbs.store_key(made)
        say("A new key for pseudonyms is in the system keyring.")
        return
    print_text(made)
    say(f"Keep it safe, and give it to minutebook as {PRIVACY_KEY_VARIABLE} in the environment.")


@privacy.command("check", epilog="Example: minutebook privacy check notes.txt")
@click.argument("what", required=False, metavar="[CONV|FILE]")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@home_option
@set_option
@json_option
def check(
    what: str | None, limit: int, home: Path | None, flags: tuple[str, ...], as_json: bool
) -> None:
    """Say what would be hidden of a conversation, of a text file, or of the whole record.

    Values are counted by kind, and shown by their beginning: never whole. --limit bounds what is
    listed, not what is counted.
    """
    place = home_of(home)
    settings = settings_of(place, flags)
    kinds = verbs.status_of(settings).redact
    path = Path(what) if what else None
    if path is not None and path.is_file():
        found = [(path.name, each) for each in verbs.spot(_text_of(path), kinds)]
    else:
        found = asyncio.run(_in_record(place, settings, what, kinds))
    counted = verbs.count(each for _, each in found)
    if as_json:
        listed = [{"where": where, **asdict(each)} for where, each in found[:limit]]
        print_json({"kinds": counted, "found": listed})
        return
    print_table(
        (key_column("kind"), number("values")), [(kind.value, n) for kind, n in counted.items()]
    )
    rows = [(w, e.line, e.column, e.kind.value, e.shown) for w, e in found[:limit]]
    columns = (
        wrapped("where"),
        number("line"),
        number("column"),
        key_column("kind"),
        cut("begins"),
    )
    print_table(columns, rows)
    if len(found) > limit:
        say(f"{len(found) - limit:,} more; --limit shows them.")
    elif not found:
        say("Nothing is found that would be hidden.")


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}.") from error


async def _in_record(
    place: Home, settings: Settings, what: str | None, kinds: tuple[Kind, ...]
) -> list[tuple[str, verbs.Spotted]]:
    """Return what is found in the turns of a conversation, or of all, with where it stands."""
    found: list[tuple[str, verbs.Spotted]] = []
    async with open_engine(place, settings) as engine:
        library = engine.library
        every = [await library.conversation(what)] if what else await library.conversations()
        for conversation in every:
            behind = BEGINNING
            while turns := await library.turns(conversation.id, behind=behind, limit=_AT_ONCE):
                behind = (turns[-1].sort_at, turns[-1].seq)
                name = conversation.title or conversation.native_id
                for turn in turns:
                    where = f"{name}, turn {turn.native_id or turn.key}"
                    found += [(where, each) for each in verbs.spot_in(turn.content, kinds)]
    return found
