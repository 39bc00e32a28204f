"""`service`: a systemd unit, or a launchd agent, that runs the engine without a screen.

It only prints: what is installed, and where, stays with the person whose machine it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

import click

from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import home_of, home_option, settings_of
from minutebook.cli.output import print_text
from minutebook.errors import UsageError
from minutebook.paths import Home

_COMMAND = (sys.executable, "-m", "minutebook")
_PROVIDER = re.compile(r"[A-Za-z0-9_-]+")
_EXAMPLE = "# LoadCredential=anthropic_api_key:%h/.secrets/anthropic_api_key"


@click.group(cls=Family)
def service() -> None:
    """Print what has the engine run in the background: for systemd, or for launchd."""


@service.command(
    "systemd",
    epilog="Example: minutebook service systemd --key anthropic=~/.secrets/anthropic",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="PROVIDER=FILE",
    help="Hand over the API key of a provider that lies in this file, as a credential.",
)
@home_option
def systemd(keys: tuple[str, ...], home: Path | None) -> None:
    """Print a systemd unit for your user; its first line says how to install it.

    API keys reach the engine as credentials: systemd reads the FILE and shows it to this service
    alone. They are not in the unit, nor in its environment.
    """
    place = home_of(home)
    place.ensure()
    values = {
        "command": " ".join(_systemd(word, is_command=True) for word in _words(place)),
        "writable": " ".join(_systemd(str(each)) for each in _writable(place)),
        "credentials": "\n".join(_credential(key) for key in keys) or _EXAMPLE,
    }
    print_text(_template("systemd.service").substitute(values))


@service.command("launchd", epilog="Example: minutebook service launchd --home ~/minutes")
@home_option
def launchd(home: Path | None) -> None:
    """Print a launchd agent; a comment in it says how to install it.

    API keys come from the keychain: pip install keyring, then keyring set minutebook anthropic.
    """
    from xml.sax.saxutils import escape

    place = home_of(home)
    place.ensure()
    words = [f"        <string>{escape(_printable(word))}</string>" for word in _words(place)]
    log = escape(_printable(str(place.logs / "service.log")))
    print_text(_template("launchd.plist").substitute(arguments="\n".join(words), log=log))


def _template(name: str) -> Template:
    return Template((files("minutebook.cli") / "units" / name).read_text("utf-8"))


def _words(home: Home) -> Sequence[str]:
    """Return the command line, with its home by name where that is not the platform's."""
    is_usual = home == Home.of_platform()
    return (*_COMMAND, "--no-ui", *(() if is_usual else ("--home", str(home.data))))


def _writable(home: Home) -> Sequence[Path]:
    """Return the folders that the engine writes to: its home, and that of the mirror."""
    mirror = settings_of(home, ()).scribe.mirror
    found = [home.data, home.config]
    if mirror:
        found.append(home.data / Path(mirror).expanduser())
    outer = dict.fromkeys(found)
    return [each for each in outer if not any(other in each.parents for other in outer)]


def _credential(key: str) -> str:
    """Return the line that hands over a key. Raises UsageError."""
    provider, equals, file = key.partition("=")
    if not equals or not file or not _PROVIDER.fullmatch(provider):
        raise UsageError(f"--key {key!r} names no file.", hint="Write --key PROVIDER=FILE.")
    place = Path(file).expanduser().absolute()
    if ":" in str(place):
        raise UsageError(f"systemd takes no colon in {str(place)!r}.", hint="Move the key.")
    if not place.is_file():
        say(f"There is no file {str(place)!r} yet: the service does not start without it.")
    return f"LoadCredential={_printable(provider)}_api_key:{_escaped(str(place))}"


def _systemd(word: str, *, is_command: bool = False) -> str:
    """Quote a word as systemd reads it, in `ExecStart` also against its variables."""
    text = _escaped(word.replace("\\", "\\\\").replace('"', '\\"'))
    text = text.replace("$", "$$") if is_command else text
    return text if re.fullmatch(r"[\w./:=%@,+-]+", text, re.ASCII) else f'"{text}"'


def _escaped(word: str) -> str:
    """Double what stands for something else in any value of a unit."""
    return _printable(word).replace("%", "%%")


def _printable(word: str) -> str:
    """Return a word as it is. Raises UsageError for one that would not stay on its line."""
    if not word.isprintable():
        raise UsageError(
            f"The name {word!r} cannot stand in a unit.", hint="Choose a home with a plain name."
        )
    return word
