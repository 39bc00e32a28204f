"""`chat`: say one thing and get the answer, for shells and pipes."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

import click

from minutebook.cli.compacting import told
from minutebook.cli.exits import Exit
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import print_json
from minutebook.clock import iso
from minutebook.domain.chats import ChatOptions
from minutebook.domain.conversations import Conversation
from minutebook.domain.display import terminal_safe
from minutebook.domain.jobs import JobKind, JobState
from minutebook.domain.turns import Attachment, Ending, Turn
from minutebook.engine import Engine, ensure_key, read_attachment, text_attachment
from minutebook.errors import NotFoundError, UsageError
from minutebook.events import (
    Event,
    PassEnded,
    PassStarted,
    ReplyDelayed,
    ReplyFailed,
    ReplyFinished,
    ReplyWentOn,
    Subscription,
    TextArrived,
)
from minutebook.wording import delayed, plural

_ROOM = 100_000
_FEW = 10
_LOOK_AGAIN = 0.25
"""So many documents are brought up to date while somebody waits, where that needs no network."""
_NOT_WHOLE = {
    Ending.STOPPED: "The answer was stopped.",
    Ending.MAX_TOKENS: "The answer reached the most tokens it may have.",
    Ending.CONTEXT_FULL: "The model's window is full.",
    Ending.REFUSAL: "The model declined.",
}
_ONLY_CALLS = (
    "The model did not answer: it asked for tools to the last, and has had its rounds"
    " (context.tool_rounds)."
)


@click.command(epilog='Example: git diff | minutebook chat -m anthropic:MODEL "Review this."')
@click.argument("words", nargs=-1)
@click.option("-m", "--model", default="", metavar="NAME", help="Who answers. [models.chat]")
@click.option("-s", "--system", default="", metavar="TEXT", help="Instructions for the model.")
@click.option("-c", "--conversation", default=None, metavar="CONV", help="Go on with this one.")
@click.option("-l", "--last", is_flag=True, help="Go on with the newest conversation held here.")
@click.option(
    "-a",
    "--attach",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Send a text file along.",
)
@json_option
@engine_command
async def chat(
    engine: Engine,
    words: tuple[str, ...],
    model: str,
    system: str,
    conversation: str | None,
    last: bool,
    files: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Say something to a model; its answer streams to stdout.

    What is piped in is sent along, or is all that is said without words or with - for them.
    Question and answer are in the record like any others, and
    Ctrl+C keeps what came of the answer.
    """
    text, attachments = await asyncio.to_thread(_gathered, words, files)
    wanted = ChatOptions(model=model, system=system)
    place = await _place(engine, conversation, last=last)
    chosen = wanted.model or ((await engine.chat.options(place)).model if place else "")
    await ensure_key(chosen or engine.chat.model, engine.settings)
    if place:
        await _choose(engine, place, wanted)
    else:
        place = (await engine.chat.start(options=wanted)).id
    await _said(engine, place, text, attachments)
    if turns := await engine.context.looks.unread(place):
        say(f"{plural(turns, 'turn')} are read for the first prompt …")
    code = await _answer(engine, place, as_json=as_json)
    await _bring_up_to_date(engine, place)
    return code


async def _said(engine: Engine, place: str, text: str, attachments: tuple[Attachment, ...]) -> None:
    """Say it as soon as no other process is being answered: it stands behind that answer."""
    if await engine.chat.is_elsewhere(place):
        say("Another minutebook is being answered here. This is said behind that answer.")
    while await engine.chat.say_if_free(place, text, attachments) is None:  # noqa: ASYNC110 - elsewhere
        await asyncio.sleep(_LOOK_AGAIN)


async def _bring_up_to_date(engine: Engine, place: str) -> None:
    """Have the document written that tells of the conversation; say so when that must wait."""
    document = (await engine.library.conversation(place)).document
    waiting = await engine.queue.list(
        limit=_FEW + 1, state=JobState.QUEUED.value, kind=JobKind.SCRIBE.value
    )
    if document is None or document not in {job.payload for job in waiting}:
        return
    scribe = engine.models.get(engine.settings.models.scribe)
    if len(waiting) <= _FEW and not scribe.capabilities.needs_network:
        await engine.pool.drain({JobKind.SCRIBE})
        return
    say("Its document waits: the workbench or `minutebook --no-ui --once` brings it up to date.")


def _gathered(
    words: tuple[str, ...], files: tuple[Path, ...]
) -> tuple[str, tuple[Attachment, ...]]:
    """Return what is said and what goes along. Raises UsageError."""
    text = "" if words == ("-",) else " ".join(words)
    piped = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    attachments = [read_attachment(path) for path in files]
    if piped.strip() and text:
        attachments.append(text_attachment("stdin", piped))
    said = text or piped.rstrip("\n")
    if not said.strip() and not attachments:
        raise UsageError("There is nothing to say.", hint='Try: minutebook chat "Hello"')
    return said, tuple(attachments)


async def _place(engine: Engine, conversation: str | None, *, last: bool) -> str:
    """Return the conversation to go on with; nothing for a new one. Raises NotFoundError."""
    if conversation is not None and last:
        raise UsageError("--conversation and --last name two.", hint="Give one of them.")
    if conversation is not None:
        if not conversation.strip():
            hint = "Name a conversation, or leave --conversation out to begin one."
            raise UsageError("--conversation is empty.", hint=hint)
        found = await engine.library.conversation(conversation)
        return found.id if found.is_live else await _beside(engine, found)
    if not last:
        return ""
    newest = await engine.library.conversations(limit=1, source="minutebook")
    if not newest:
        raise NotFoundError("conversation", "--last", hint="Leave --last out to begin one.")
    return newest[0].id


async def _beside(engine: Engine, log: Conversation) -> str:
    """Return a conversation that goes on from a log, and say where it is. Raises UsageError."""
    begun = await engine.context.snapshots.go_on(log.id)
    say(
        f"{log.title!r} was read from a log and stays as it is. It goes on in {begun.id}:"
        " `-c` with that id, or `--last`, is the way back to it."
    )
    return begun.id


async def _choose(engine: Engine, place: str, wanted: ChatOptions) -> None:
    """Change what is wanted otherwise of a conversation that goes on."""
    chosen = await engine.chat.options(place)
    changed = replace(
        chosen, model=wanted.model or chosen.model, system=wanted.system or chosen.system
    )
    if changed != chosen:
        await engine.chat.choose(place, changed)


async def _answer(engine: Engine, place: str, *, as_json: bool) -> int:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, lambda: engine.chat.stop(place))
    with engine.bus.subscribe(limit=_ROOM) as heard:
        answering = asyncio.create_task(engine.chat.answer(place))
        printed, end = await _heard(heard, answering, quiet=as_json)
    turn = await answering
    loop.remove_signal_handler(signal.SIGINT)
    if as_json:
        print_json(_shape(place, turn, end))
    elif turn is not None:
        _write(turn.content.text.removeprefix(printed) + "\n")
    return _exit(turn, end)


async def _heard(
    heard: Subscription, answering: asyncio.Task[Turn | None], *, quiet: bool
) -> tuple[str, Event | None]:
    """Print what arrives until the answer has ended; return the text and the end."""
    printed: list[str] = []
    async for event in heard:
        match event:
            case TextArrived(text=text):
                printed.append(text)
                if not quiet:
                    _write(text)
            case ReplyWentOn() if printed:
                printed.clear()
                if not quiet:
                    _write("\n\n")
            case PassStarted():
                say(f"Making room in a prompt of {event.before:,} tokens …")
            case PassEnded():
                say(told(event.done))
            case ReplyDelayed():
                say(f"minutebook: {delayed(event)}")
            case ReplyFinished() | ReplyFailed():
                await answering
                return "".join(printed), event
            case _:
                continue
    return "".join(printed), None


def _write(text: str) -> None:
    sys.stdout.write(terminal_safe(text) if sys.stdout.isatty() else text)
    sys.stdout.flush()


def _exit(turn: Turn | None, end: Event | None) -> int:
    """Say what is to be said of the end; return the exit code."""
    if isinstance(end, ReplyFailed):
        say(f"minutebook: {end.reason}")
        return Exit.FAILED
    ending = turn.ending if turn is not None else Ending.STOPPED
    if ending in _NOT_WHOLE:
        say(f"minutebook: {_NOT_WHOLE[ending]}")
    elif turn is not None and turn.content.tool_calls and not turn.content.text.strip():
        say(f"minutebook: {_ONLY_CALLS}")
    return Exit.INTERRUPTED if ending is Ending.STOPPED else Exit.DONE


def _shape(place: str, turn: Turn | None, end: Event | None) -> dict[str, object]:
    """Return an answer as JSON."""
    return {
        "conversation": place,
        "turn": None if turn is None else turn.key,
        "model": None if turn is None else turn.author,
        "content": "" if turn is None else turn.content.text,
        "thinking": "" if turn is None else turn.content.thinking,
        "ending": "" if turn is None else turn.ending.value,
        "at": None if turn is None or turn.at is None else iso(turn.at),
        "cost_usd": end.cost_usd if isinstance(end, ReplyFinished) else None,
        "error": end.reason if isinstance(end, ReplyFailed) else None,
    }
