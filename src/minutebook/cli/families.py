"""Groups of commands whose help says of each command, in a whole sentence, what it does."""

from __future__ import annotations

import click

_WHOLE = 300
"""Characters that the first sentence about a command never reaches."""


class Family(click.Group):
    """A command with commands of its own."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with what they do, wrapped and not cut."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, one.get_short_help_str(_WHOLE)) for name, one in found if one is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
