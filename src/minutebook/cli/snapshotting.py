"""`snapshot`: what was in sight of a model at one moment, and how to go on from there.

JSON: `list` [snapshot], `take` snapshot, `show` the snapshot with `system`, `messages` as {role,
content} and `revised`, the keys of turns that say something else since; of a side conversation its
keys with `said`, the messages. `resume` and `branch` the conversation. See `snapshot_shapes`.
"""

from __future__ import annotations

import click

from minutebook.cli import shapes, snapshot_shapes, summoning
from minutebook.cli.columns import cut, key, number
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import minute, print_json, print_table, print_text
from minutebook.domain.snapshots import Snapshot
from minutebook.engine import Engine, printed

_COLUMNS = (
    key("id"),
    key("at"),
    key("kind", leaves=2),
    number("turns"),
    number("tokens", leaves=1),
    key("model", leaves=3),
    cut("label"),
)


@click.group(cls=Family)
def snapshot() -> None:
    """See what a model had in sight, ask it as it was, go on from there."""


for _command in (summoning.summon, summoning.ask, summoning.dismiss, summoning.summons):
    snapshot.add_command(_command)


@snapshot.command("list", epilog="Example: minutebook snapshot list cv_3fa9")
@click.argument("conversation", metavar="[CONV]", default="")
@limit_option(20)
@json_option
@engine_command
async def list_(engine: Engine, conversation: str, limit: int, as_json: bool) -> None:
    """List the snapshots of a conversation, or of all, the newest first."""
    id_ = (await engine.library.conversation(conversation)).id if conversation else ""
    found = await engine.context.snapshots.of(id_, limit=limit)
    if as_json:
        print_json([snapshot_shapes.snapshot(each) for each in found])
        return
    if not found:
        say("No snapshot yet: each page that closes has one, and `snapshot take` makes one now.")
    _print(found)


@snapshot.command("show", epilog="Example: minutebook snapshot show sn_92f4 --text")
@click.argument("id_", metavar="ID")
@click.option("--text", "as_text", is_flag=True, help="Print exactly what was sent then.")
@json_option
@engine_command
async def show(engine: Engine, id_: str, as_text: bool, as_json: bool) -> None:
    """Show a snapshot, or what was said in a side conversation."""
    if summoning.is_summon(id_):
        await summoning.show(engine, id_, as_json=as_json)
        return
    then = await engine.context.snapshots.then(id_)
    if as_json:
        shape = snapshot_shapes.snapshot(then.snapshot)
        said = [{"role": e.role.value, "content": e.text} for e in then.request.messages]
        more = {"system": then.request.system, "messages": said, "revised": list(then.revised)}
        print_json(shape | more)
        return
    if as_text:
        print_text(printed(then.request))
    else:
        _print([then.snapshot])
    if then.revised:
        say(
            f"{len(then.revised)} of its turns were revised since, and say what they say now:"
            f" {', '.join(then.revised)}."
        )


@snapshot.command("take", epilog="Example: minutebook snapshot take cv_3fa9 --label 'All agreed'")
@click.argument("conversation", metavar="CONV")
@click.option("-l", "--label", default="", metavar="TEXT", help="A name for it.")
@json_option
@engine_command
async def take(engine: Engine, conversation: str, label: str, as_json: bool) -> None:
    """Take a snapshot of a conversation as it stands now."""
    found = await engine.library.conversation(conversation)
    taken = await engine.context.snapshots.take(found.id, label)
    if as_json:
        print_json(snapshot_shapes.snapshot(taken))
        return
    _print([taken])


@snapshot.command("resume", epilog="Example: minutebook snapshot resume sn_92f4")
@click.argument("id_", metavar="ID")
@json_option
@engine_command
async def resume(engine: Engine, id_: str, as_json: bool) -> None:
    """Bring the conversation back to where it was; what came since is left as a branch."""
    found = await engine.context.snapshots.resume(id_)
    if as_json:
        print_json(shapes.conversation(found))
        return
    say(f"{found.title!r} is where it was. What came since is beside it.")


@snapshot.command("branch", epilog="Example: minutebook snapshot branch sn_92f4 --title 'By train'")
@click.argument("id_", metavar="ID")
@click.option("-t", "--title", default="", metavar="TEXT", help="Title of the conversation.")
@json_option
@engine_command
async def branch(engine: Engine, id_: str, title: str, as_json: bool) -> None:
    """Begin a conversation that goes on from there; the other one stays as it is."""
    begun = await engine.context.snapshots.branch(id_, title)
    if as_json:
        print_json(shapes.conversation(begun))
        return
    print_table((key("id"), cut("title")), [(begun.id, begun.title)])


def _print(found: list[Snapshot]) -> None:
    print_table(
        _COLUMNS,
        [
            (
                each.id,
                minute(each.at),
                each.kind.value,
                f"{each.moment.turns:,}",
                f"{each.tokens:,}",
                each.model,
                each.label,
            )
            for each in found
        ],
    )
