"""All commands, in the order in which they are offered."""

from __future__ import annotations

from minutebook.tui.slash import (
    about_chat,
    about_context,
    about_models,
    about_record,
    about_scribe,
    about_snapshots,
)
from minutebook.tui.slash.commands import Command, Kind

_ALL = (
    Command(
        name="model",
        usage="[NAME]",
        kind=Kind.MODEL,
        help="Who answers in this conversation",
        run=about_models.model,
    ),
    Command(
        name="system",
        usage="[TEXT]",
        kind=Kind.TEXT,
        help="Instructions for the model, in this conversation",
        run=about_models.system,
    ),
    Command(
        name="scribe",
        usage="[VERB]",
        kind=Kind.SCRIBE,
        help="The document: let it follow, have it revised",
        run=about_scribe.scribe,
    ),
    Command(name="context", help="How full the prompt is", run=about_context.context),
    Command(
        name="compact",
        usage="[plan|undo]",
        kind=Kind.TEXT,
        help="Make room in the prompt; nothing is lost",
        run=about_context.compact,
    ),
    Command(
        name="ref",
        usage="WORDS|pg_…",
        kind=Kind.PAGE,
        help="Bring a page back into sight of the model",
        run=about_record.ref,
    ),
    Command(
        name="unref",
        usage="[pg_…]",
        kind=Kind.HELD,
        help="Let pages go that were brought back",
        run=about_record.unref,
    ),
    Command(
        name="snapshot",
        usage="[take|resume|branch]",
        kind=Kind.SNAPSHOT,
        help="Keep what is in sight; go back to it, go on from it",
        run=about_snapshots.snapshot,
    ),
    Command(
        name="summon",
        usage="[sn_…] [QUESTION]",
        kind=Kind.THEN,
        help="Ask the model as it was, beside the conversation",
        run=about_snapshots.summon,
    ),
    Command(
        name="search",
        usage="WORDS",
        kind=Kind.TEXT,
        help="Find what was said, anywhere",
        run=about_record.search,
    ),
    Command(
        name="sql",
        usage="[QUERY]",
        kind=Kind.TEXT,
        help="Ask the record with SQL",
        run=about_record.sql,
    ),
    Command(
        name="attach",
        usage="FILE",
        kind=Kind.FILE,
        help="Send a text file along",
        run=about_chat.attach,
    ),
    Command(
        name="pin",
        usage="[pg_…]",
        kind=Kind.HELD,
        help="Keep the chosen turn, or a page, in sight of the model",
        run=about_chat.pin,
    ),
    Command(name="good", help="The chosen turn is good", run=about_chat.good),
    Command(name="bad", help="The chosen turn is bad", run=about_chat.bad),
    Command(
        name="export",
        usage="[PATH]",
        kind=Kind.FILE,
        help="Write the conversation to a new .md or .json file",
        run=about_record.export,
    ),
    Command(name="ledger", help="What models have cost", run=about_record.ledger),
    Command(name="new", help="Begin a conversation", run=about_chat.new),
    Command(
        name="rename",
        usage="TITLE",
        kind=Kind.TEXT,
        help="Give this conversation another title",
        run=about_chat.rename,
    ),
    Command(name="stop", help="Stop the answer; what came is kept", run=about_chat.stop),
    Command(
        name="help",
        usage="[COMMAND]",
        kind=Kind.TEXT,
        help="Every key and command",
        run=about_chat.help_,
    ),
)

COMMANDS = {command.name: command for command in _ALL}
