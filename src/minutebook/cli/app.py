"""The `minutebook` command: a command of its families, or paths to open.

The first word decides: `minutebook search ferry` is a command, `minutebook ~/chats` opens the
workbench on a folder. A path that is called like a command is written `./search`.
"""

from __future__ import annotations

import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

import click

from minutebook import __version__
from minutebook.cli.exits import Exit
from minutebook.cli.families import Family
from minutebook.errors import ConfigError, MinutebookError, UsageError

COMMANDS = {
    "open": "opening:open_",
    "chat": "chatting:chat",
    "import": "importing:import_",
    "watch": "watching:watch",
    "status": "reading:status",
    "conversations": "reading:conversations",
    "show": "reading:show",
    "search": "searching:search",
    "sql": "sql:sql",
    "scribe": "scribing:scribe",
    "pages": "paging:pages",
    "context": "compacting:context",
    "snapshot": "snapshotting:snapshot",
    "compact": "compacting:compact",
    "quarantine": "quarantining:quarantine",
    "queue": "queueing:queue",
    "batches": "batching:batches",
    "archive": "archiving:archive",
    "ledger": "ledgering:ledger",
    "privacy": "privacy:privacy",
    "doctor": "doctoring:doctor",
    "config": "configuring:config",
    "service": "unit_files:service",
}
"""Each command with the module and name that defines it; imported when it is used."""
GROUPS = frozenset(
    {
        "watch",
        "scribe",
        "pages",
        "context",
        "snapshot",
        "quarantine",
        "queue",
        "batches",
        "archive",
        "privacy",
        "config",
        "service",
    }
)
"""Commands that have commands of their own."""
_DEFAULT = "open"
_VALUE_OPTIONS = frozenset({"--home", "--set"})


class Commands(Family):
    """Finds commands lazily, and takes what is not one for paths."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, as `--help` shows them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(f"minutebook.cli.{module}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in front of arguments that name none."""
        at = _first_word(args)
        word = None if at is None else args[at]
        if word is None and not {"--help", "-h", "--version"} & set(args):
            args = [_DEFAULT, *args]
        elif word is not None and word not in COMMANDS:
            _refuse_mistyped(word)
            args = [_DEFAULT, *args]
        elif at is not None:
            args = _command_first(args, at)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. It is no failure that nobody reads on."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _silence_stdout()
            return Exit.DONE
        return code


def _first_word(args: Sequence[str]) -> int | None:
    """Return where the first argument is that is neither an option nor the value of one."""
    is_value = False
    for at, arg in enumerate(args):
        if is_value:
            is_value = False
        elif arg in _VALUE_OPTIONS:
            is_value = True
        elif arg == "--" or not arg.startswith("-"):
            return at
    return None


def _command_first(args: list[str], at: int) -> list[str]:
    """Move a command before the options that stand in front of it: they are its own."""
    word, options, behind = args[at], args[:at], args[at + 1 :]
    inner = _first_word(behind) if word in GROUPS else None
    if word in GROUPS and inner is None:
        is_help = not behind or bool({"--help", "-h"} & {*options, *behind})
        return [word, "--help"] if is_help else [word, *behind, *options]
    if inner is None or behind[inner] == "--":
        return [word, *options, *behind]
    return [word, behind[inner], *options, *behind[:inner], *behind[inner + 1 :]]


def _refuse_mistyped(word: str) -> None:
    if word == "--" or os.sep in word or os.path.lexists(word):
        return
    if close := get_close_matches(word, COMMANDS, 1):
        raise click.UsageError(
            f"There is no file, folder or command {word!r}. Did you mean {close[0]!r}?"
        )


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command, the workbench opens. Try: minutebook sample_data",
)
@click.version_option(__version__, message="minutebook %(version)s")
def minutebook() -> None:
    """Keep the record of long conversations.

    minutebook [PATH…] opens the workbench and watches the paths; minutebook --no-ui [PATH…] runs
    the engine alone. See `minutebook open --help`.

    Every command that reads takes --json. In a pipe, a list is a line for each row, with tabs
    between the fields, no names above them, and a dash for what is empty.
    """


def run(args: Sequence[str]) -> int:
    """Run a command line and return its exit code. Errors become messages on stderr."""
    logging.raiseExceptions = False  # a log that cannot be written is no reason for a traceback
    _bear_any_text()
    try:
        code = minutebook.main(list(args), prog_name="minutebook", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return Exit.USAGE if isinstance(error, click.UsageError) else Exit.FAILED
    except (UsageError, ConfigError) as error:
        return _complain(error, Exit.USAGE)
    except MinutebookError as error:
        return _complain(error, Exit.FAILED)
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except OSError as error:
        _silence_stdout()
        return _complain(MinutebookError(f"It cannot go on: {error}."), Exit.FAILED)
    return int(code or Exit.DONE)


def _bear_any_text() -> None:
    """Let terminals of other encodings show a sign for what they cannot show.

    A stream that was closed by whoever started us is none at all.
    """
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _complain(error: MinutebookError, code: Exit) -> Exit:
    from minutebook.cli.narration import complain

    complain(error)
    return code


def _silence_stdout() -> None:
    """Let the interpreter flush into nothing: whoever read our output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
