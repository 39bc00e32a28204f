"""The `minutebook` command: a command of its families, or paths to open.

The first word decides: `minutebook search ferry` is a command, `minutebook ~/chats` opens the
workbench on a folder. A path that is called like a command is written `./search`.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from minutebook import __version__
from minutebook.cli.exits import Exit
from minutebook.errors import ConfigError, MinutebookError, UsageError

COMMANDS = {
    "open": "opening:open_",
    "import": "importing:import_",
    "status": "reading:status",
    "conversations": "reading:conversations",
    "show": "reading:show",
    "search": "searching:search",
    "scribe": "scribing:scribe",
    "pages": "paging:pages",
    "queue": "queueing:queue",
    "doctor": "doctoring:doctor",
    "config": "configuring:config",
}
"""Each command with the module and name that defines it; imported when it is used."""
_DEFAULT = "open"
_VALUE_OPTIONS = frozenset({"--home", "--set"})


class Commands(click.Group):
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
        word = _first_word(args)
        if word is None and not {"--help", "-h", "--version"} & set(args):
            args = [_DEFAULT, *args]
        elif word is not None and word not in COMMANDS:
            _refuse_mistyped(word)
            args = [_DEFAULT, *args]
        elif word is not None:
            args = _command_first(word, args)
        return super().parse_args(ctx, args)


def _first_word(args: Sequence[str]) -> str | None:
    """Return the first argument that is neither an option nor the value of one."""
    is_value = False
    for arg in args:
        if is_value:
            is_value = False
        elif arg in _VALUE_OPTIONS:
            is_value = True
        elif arg == "--" or not arg.startswith("-"):
            return arg
    return None


def _command_first(word: str, args: list[str]) -> list[str]:
    """Move a command before the options that stand in front of it: they are its own."""
    at = args.index(word)
    return [word, *args[:at], *args[at + 1 :]]


def _refuse_mistyped(word: str) -> None:
    if word == "--" or os.sep in word or Path(word).exists():
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
    """


def run(args: Sequence[str]) -> int:
    """Run a command line and return its exit code. Errors become messages on stderr."""
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
    except BrokenPipeError:
        _silence_stdout()
        return Exit.DONE
    return int(code or Exit.DONE)


def _complain(error: MinutebookError, code: Exit) -> Exit:
    from minutebook.cli.narration import complain

    complain(error)
    return code


def _silence_stdout() -> None:
    """Let the interpreter flush into nothing: whoever read our output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
