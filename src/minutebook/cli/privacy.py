"""`privacy`: what models behind a network are not told."""

from __future__ import annotations

from pathlib import Path

import click

from minutebook.cli import opting_out
from minutebook.cli.exits import Exit
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import home_of, home_option, json_option, set_option, settings_of
from minutebook.cli.output import print_json, print_text
from minutebook.config.credentials import PRIVACY_KEY_VARIABLE
from minutebook.engine import privacy as verbs


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
