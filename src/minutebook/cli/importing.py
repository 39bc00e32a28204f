"""`import`: read chat logs into the record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import click

from minutebook.cli import shapes
from minutebook.cli.choosing import choice_of, choice_options
from minutebook.cli.columns import key, number
from minutebook.cli.exits import Exit
from minutebook.cli.named import refuse_when_all_are_missing
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import print_json, print_table
from minutebook.cli.progress import ProgressLine, shown
from minutebook.cli.rehearsing import rehearse
from minutebook.cli.summarising import ask_for, mode_option, told
from minutebook.config import BatchMode
from minutebook.domain.turns import OFFLINE
from minutebook.engine import Engine, SourceReport
from minutebook.errors import UsageError
from minutebook.wording import plural


@click.command("import", epilog="Example: minutebook import ~/chats conversations.zip --json")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False))
@choice_options
@click.option("--dry-run", is_flag=True, help="Say what would come in, and change nothing.")
@mode_option
@json_option
@engine_command
async def import_(
    engine: Engine,
    paths: tuple[Path, ...],
    format_: str,
    zone: str,
    title: str,
    since: str,
    only: tuple[str, ...],
    dry_run: bool,
    mode: str | None,
    as_json: bool,
) -> int:
    """Read files and folders of chat logs; what is known is not read in again.

    Formats are told by content. Models: exports of ChatGPT and Claude.ai, sessions of Claude Code,
    Codex, Gemini CLI, pi and aider, llm's logs.db, OpenAI and Anthropic messages, ShareGPT, alpaca
    and preference sets. People: WhatsApp, Slack, Discord, Telegram, Signal, Matrix, Zulip, Gitter,
    Mattermost, Facebook and Instagram, IRC, mail (mbox, EML), captions (WebVTT, SubRip), and
    transcripts with speakers. Zips are looked into; packages may add formats. What cannot be read
    is listed with its reason; the rest comes in. What --since or --only leaves out comes in later
    without them.
    With --mode, the model of the settings summarises the pages that come of it, in that way.
    """
    refuse_when_all_are_missing(paths)
    if mode and engine.settings.models.summary == OFFLINE:
        raise UsageError("No model writes summaries.", hint="Name one as `summary` under [models].")
    choice = choice_of(engine, format_, zone, title, since, only)
    for broken in (await asyncio.to_thread(engine.importer.formats)).broken:
        say(str(broken))
    if dry_run:
        return await rehearse(engine, paths, choice, as_json=as_json)
    begun, started = engine.clock(), monotonic()
    async with shown(engine.importer.progress.standing, ProgressLine()):
        reports = [report async for report in engine.importer.import_paths(paths, choice)]
    seconds = monotonic() - started
    if mode:
        made = await engine.batches.pages_since(begun)
        say(told(await ask_for(engine, made, BatchMode(mode)), BatchMode(mode)))
    if as_json:
        print_json([shapes.report(report) for report in reports])
    else:
        _print(reports)
        say(_came(reports, engine.importer.progress.standing().bytes, seconds))
    return Exit.QUARANTINED if any(report.quarantined for report in reports) else Exit.DONE


def _print(reports: Sequence[SourceReport]) -> None:
    print_table(
        (
            key("file"),
            key("format"),
            number("conversations", leaves=2),
            number("new"),
            number("known", leaves=1),
            number("revised", leaves=3),
            number("quarantined"),
        ),
        [
            (
                r.path,
                r.format or "-",
                r.conversations,
                r.turns_new,
                r.turns_known,
                r.turns_revised,
                len(r.quarantined),
            )
            for r in reports
        ],
    )
    for report in reports:
        for note in report.notes:
            say(f"{report.path}: {note}")
        for item in report.quarantined:
            say(f"{report.path}, {item.place}: {item.reason}")


def _came(reports: Sequence[SourceReport], size: int, seconds: float) -> str:
    """Return what happened, in one line."""
    new = sum(report.turns_new for report in reports)
    known = sum(report.turns_known for report in reports)
    if not new:
        return "Nothing new."
    beside = f", {known:,} known" if known else ""
    logs = plural(sum(1 for report in reports if report.format), "log")
    took = f"{size / 1e6:,.1f} MB in {seconds:,.1f} s"
    return f"{plural(new, 'new turn')}{beside}, from {logs}, {took}."
