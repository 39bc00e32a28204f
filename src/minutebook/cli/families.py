"""Groups of commands whose help says of each command, in a whole sentence, what it does."""

from __future__ import annotations

import click

_WHOLE = 300
"""Characters that the first sentence about a command never reaches."""


class Family(click.Group):
    """A command with commands of its own. `--json` alone is that of the one that tells most."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what was written behind the name of the group."""
        if args[:1] == ["--json"]:
            args = [*self._most_telling(), *args]
        return super().parse_args(ctx, args)

    def _most_telling(self) -> list[str]:
        """Return the command that reads the whole, if there is one that needs no name."""
        found = (name for name in ("status", "list") if name in self.commands)
        return [n for n in found if not any(p.required for p in self.commands[n].params)][:1]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with what they do, wrapped and not cut."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, one.get_short_help_str(_WHOLE)) for name, one in found if one is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
