"""Documents that have outgrown their budget."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from chronicle import NOON, Chronicle, chronicle

from minutebook.domain.turns import Content, Origin, Role, ToolCall, TurnDraft
from minutebook.errors import ModelBusyError, PatchError, PromptTooLongError
from minutebook.llm.protocol import Model, Request, StopReason
from minutebook.llm.scripted import Answer, Line, ScriptedModel
from minutebook.scribe.condensing import MAX_PASSES, MOST_SHOWN, NOTHING_TO_CONDENSE
from minutebook.scribe.viewing import BUDGET

BUDGET_CHARS = 3_000
LONG = "The ferry to Winterbottom leaves on the 4th of March at 07:30 from pier nine. " * 9


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a conversation."""
    async with chronicle() as opened:
        yield opened


def update(*operations: dict[str, str]) -> Answer:
    """Return the answer of a model that wants these operations."""
    call = ToolCall(
        id="1", name="update_document", arguments=json.dumps({"operations": operations})
    )
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE, cost_usd=0.5)


def section(heading: str, body: str = LONG) -> dict[str, str]:
    """Return an operation that begins a section."""
    return {"op": "insert_section_after", "anchor": "top", "heading": heading, "body": body}


def shorten(request: Request) -> Answer:
    """Answer as a model that tells each section in one sentence."""
    shown = [view for view in request.material.sections if view.anchor != "top"]
    return update(
        *(
            {"op": "replace_section", "anchor": view.anchor, "body": "The ferry leaves on the 4th."}
            for view in shown
        )
    )


def anchors(request: Request) -> list[str]:
    """Return which sections were shown to be condensed."""
    return [view.anchor for view in request.material.sections if view.anchor != "top"]


async def tell(book: Chronicle, model: Model, budget: int = BUDGET_CHARS) -> None:
    """Bring the document up to date, and within a budget."""
    await book.scribe(model, document_chars=budget).update(await book.job())


async def grow(book: Chronicle, count: int, *then: Line) -> ScriptedModel:
    """Tell so many turns, each in a section of its own; then follow a script."""
    model = ScriptedModel([*(update(section(f"Part {n}")) for n in range(count)), *then])
    for number in range(count):
        await book.say(f"turn {number}")
        await tell(book, model)
    return model


async def test_the_oldest_sections_are_condensed(book: Chronicle) -> None:
    """That is a revision of its own, which covers no turn, and is paid for."""
    model = await grow(book, 5, shorten)
    last = (await book.revisions())[-1]
    assert last.cause.startswith(BUDGET)
    assert (last.covers.turns, last.author, last.cost_usd) == (0, model.name, 0.5)
    assert anchors(model.requests[-1]) == ["part-3", "part-2", "part-1", "part-0"]
    content = await book.content()
    assert len(content) < BUDGET_CHARS
    assert content.count(LONG.strip()) == 1
    assert (await book.scribe().find(book.conversation)).covered_seq == 5


async def test_only_what_is_condensed_is_shown(book: Chronicle) -> None:
    """The newest section, the opening and the turns are no part of the prompt."""
    model = await grow(book, 5, shorten)
    text = "".join(message.text for message in model.requests[-1].messages)
    assert "Part 0" in text
    assert "Part 4" not in text
    assert "<turns>" not in text


async def test_condensed_sections_refer_to_their_turns(book: Chronicle) -> None:
    """Each says which turns it came from, also when it is condensed a second time."""
    await grow(book, 5, shorten)
    content = await book.content()
    assert "The ferry leaves on the 4th.\n\n*Condensed from k1*" in content
    model = ScriptedModel(
        [*(update(section(f"Part {n}")) for n in (7, 8, 9)), shorten, shorten, shorten]
    )
    for number in range(3):
        await book.say(f"turn {number}")
        await tell(book, model)
    assert "*Condensed" not in "".join(m.text for m in model.requests[-1].messages)
    assert (await book.content()).count("*Condensed from k1*") == 1


async def test_pages_are_named_when_there_are_any() -> None:
    """A reference names the page in which the turns lie."""
    async with chronicle(page_tokens=50) as book:
        drafts = [
            TurnDraft(role=Role.PERSON, author="Ann", content=Content(text=f"{n} {LONG}"), at=NOON)
            for n in range(5)
        ]
        await book.record(drafts, Origin.IMPORTED)
        script: list[Line] = [update(section(f"Part {n}")) for n in range(5)]
        await tell(book, ScriptedModel([*script, shorten]))
        assert (await book.content()).count("*Condensed from pg_") == 4
        assert "pg_" in (await book.revisions())[-1].cause


async def test_merged_sections_refer_to_all_they_came_from(book: Chronicle) -> None:
    """What takes the place of deleted sections names their turns too."""

    def merge(request: Request) -> Answer:
        first, *others = anchors(request)
        return update(
            {"op": "replace_section", "anchor": first, "body": "All in one."},
            *({"op": "delete_section", "anchor": other} for other in others),
        )

    await grow(book, 5, merge)
    assert "All in one.\n\n*Condensed from k1 to k4*" in await book.content()


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        ([{"op": "append_to_section", "anchor": "part-0", "body": "more"}], "still too long"),
        ([], "still too long"),
        ([{"op": "delete_section", "anchor": "part-4"}], "which you are not shown"),
        ([{"op": "delete_section", "anchor": "part-7"}], "there is no section"),
        ([{"op": "set_title", "title": "x"}], "more than the sections"),
        ([{"op": "replace_section", "anchor": "top", "body": "x"}], "more than the sections"),
    ],
)
async def test_what_frees_nothing_is_no_condensing(
    book: Chronicle, operations: list[dict[str, str]], reason: str
) -> None:
    """It is returned once; then it fails visibly, and is not tried until the document has grown."""
    wrong = update(*operations)
    with pytest.raises(PatchError, match=reason):
        await grow(book, 5, wrong, wrong)
    assert [r.covers.turns for r in await book.revisions()] == [1] * 5
    quiet = ScriptedModel([update()])
    await book.say("ok")
    await tell(book, quiet)
    assert len(quiet.requests) == 1
    again = ScriptedModel([update(section("Part 5")), shorten])
    await book.say("turn")
    await tell(book, again)
    assert len(await book.content()) < BUDGET_CHARS


async def test_turns_are_told_before_a_failure_is(book: Chronicle) -> None:
    """A model that cannot condense does not keep the turns that wait from being told."""
    long = [update(section(f"Part {n}")) for n in range(6)]
    script: list[Line] = [*long[:5], update(), update(), long[5], shorten]
    await book.say(*[f"turn {n} {'x' * 12_000}" for n in range(6)])
    with pytest.raises(PatchError):
        await tell(book, ScriptedModel(script))
    assert (await book.scribe().find(book.conversation)).covered_seq == 6


async def test_a_model_that_is_away_fails_the_update(book: Chronicle) -> None:
    """What was told stays told, and the next update condenses."""
    with pytest.raises(ModelBusyError):
        await grow(book, 5, Answer(error=ModelBusyError("429")))
    await book.say("turn")
    await tell(book, ScriptedModel([update(), shorten]))
    assert len(await book.content()) < BUDGET_CHARS


async def test_a_document_far_too_long_comes_down(book: Chronicle) -> None:
    """It is shown a part at a time, none larger than a reply can be."""

    def halve(request: Request) -> Answer:
        views = [view for view in request.material.sections if view.anchor != "top"]
        return update(
            *(
                {"op": "replace_section", "anchor": v.anchor, "body": v.body[: len(v.body) // 2]}
                for v in views
            )
        )

    model = ScriptedModel([update(*(section(f"Part {n}", LONG * 4) for n in range(40)))])
    await book.say("turn")
    await tell(book, model, budget=1_000_000)
    before = len(await book.content())
    script = ScriptedModel([update(), *([halve] * 20)])
    await book.say("ok")
    await tell(book, script, budget=60_000)
    shown = [sum(len(v.body) for v in r.material.sections) for r in script.requests[1:]]
    assert before > 110_000
    assert len(await book.content()) <= 60_000
    assert len(shown) <= MAX_PASSES
    assert max(shown) <= MOST_SHOWN


async def test_passes_end(book: Chronicle) -> None:
    """A model that frees a little each time is asked a few times, and not again each turn."""

    def a_little(request: Request) -> Answer:
        view = next(v for v in request.material.sections if v.anchor == anchors(request)[0])
        return update(
            {
                "op": "replace_section",
                "anchor": view.anchor,
                "body": view.body[: len(view.body) // 2],
            }
        )

    model = await grow(book, 5, *([a_little] * 20))
    passes = len(model.requests) - 5
    assert 1 < passes <= MAX_PASSES
    for _ in range(10):
        await book.say("ok")
    quiet = ScriptedModel([update(), *([a_little] * 20)])
    await tell(book, quiet)
    assert len(quiet.requests) <= 1 + MAX_PASSES


async def test_a_document_of_a_person_stays(book: Chronicle) -> None:
    """When all of it is a person's nothing is asked, the history says so, and it ends there."""
    await book.say("turn 0")
    await tell(book, ScriptedModel([update(section("Part 0", "x"))]))
    text = "\n\n".join(f"## Mine {n}\n\n{LONG}" for n in range(6))
    scribe = book.scribe()
    await scribe.edit(book.conversation, 1, f"# Winter expedition\n\n{text}\n")
    before = await book.content()
    for number in range(3):
        await book.say(f"turn {number}")
        await tell(book, ScriptedModel([update()]))
    assert await book.content() == before
    causes = [r.cause for r in await book.revisions()]
    assert causes.count(NOTHING_TO_CONDENSE) == 1
    assert (await book.scribe(document_chars=BUDGET_CHARS).status(book.conversation)).is_over_budget


async def grow_with_own(book: Chronicle, count: int, text: str) -> str:
    """Tell so many sections of two paragraphs; let a person put a text into the first, between."""
    script = [update(section(f"Part {n}", f"{LONG}\n\n{LONG}")) for n in range(count)]
    for number in range(count):
        await book.say(f"turn {number}")
        await tell(book, ScriptedModel([script[number]]), budget=100_000)
    head = await book.scribe().find(book.conversation)
    begins = head.content.index(LONG.strip(), head.content.index("## Part 0\n")) + len(LONG.strip())
    begins = head.content.index("\n\n", begins)
    mine = f"{head.content[:begins]}\n\n{text}{head.content[begins:]}"
    await book.scribe().edit(book.conversation, head.revision, mine)
    await book.say("turn")
    return text


async def test_a_section_is_shortened_around_a_persons_paragraphs(book: Chronicle) -> None:
    """They are not shown, and stand where they stood; the section says what it came from."""
    text = "<b>This</b> is mine.\n\n```\n\n\n# not a heading\n```"
    mine = await grow_with_own(book, 3, text)
    model = ScriptedModel([update(section("Part 4")), shorten, shorten])
    await tell(book, model)
    assert {"part-0~1", "part-0~3"} <= {*anchors(model.requests[1])}
    assert "is mine" not in "".join(m.text for m in model.requests[1].messages)
    short, content = "The ferry leaves on the 4th.", await book.content()
    assert f"## Part 0\n\n{short}\n\n{mine}\n\n{short}\n\n*Condensed from k1*\n" in content
    assert len(content) < BUDGET_CHARS
    blamed = await book.scribe().blame(book.conversation)
    assert [b.text for b in blamed if b.origin.is_person] == mine.split("\n\n", 1)
    assert await book.scribe().conflicts(book.conversation) == []


async def test_a_document_of_one_section_with_a_persons_words_comes_down(book: Chronicle) -> None:
    """A single section does not keep a document over its budget, and its parts may go as well."""
    mine = await grow_with_own(book, 1, "This is mine.")

    def drop(request: Request) -> Answer:
        first, second = anchors(request)
        return update(
            {"op": "delete_section", "anchor": first},
            {"op": "replace_section", "anchor": second, "body": "Short."},
        )

    await tell(book, ScriptedModel([update(), drop]), budget=1_000)
    assert f"## Part 0\n\n{mine}\n\nShort.\n\n*Condensed from k1*\n" in await book.content()


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ({"op": "rename_section", "anchor": "part-0~1", "heading": "x"}, "a part of a section"),
        ({"op": "replace_section", "anchor": "part-0", "body": "x"}, "which you are not shown"),
        ({"op": "replace_section", "anchor": "part-0~2", "body": "x"}, "there is no section"),
        ({"op": "replace_section", "anchor": "part-0~1", "body": "Mine."}, "says it again"),
    ],
)
async def test_what_a_part_is_not_is_returned(
    book: Chronicle, operation: dict[str, str], reason: str
) -> None:
    """A part has no heading, a person's block is no part, and is not written a second time."""
    await grow_with_own(book, 3, "Mine.")
    wrong = update(operation)
    with pytest.raises(PatchError, match=reason):
        await tell(book, ScriptedModel([update(section("Part 4")), wrong, wrong]))
    assert "Mine." in await book.content()


async def test_a_document_too_long_for_its_model_is_condensed_first(book: Chronicle) -> None:
    """When not even one turn fits behind it, it is shortened, and the turn is told then."""
    await grow(book, 4)
    too_long = Answer(error=PromptTooLongError("too long", tokens=9, limit=5))
    model = ScriptedModel([too_long, shorten, update()])
    await book.say("turn")
    await tell(book, model, budget=100_000)
    assert [r.cause.startswith(BUDGET) for r in await book.revisions()][-2:] == [True, False]
    await book.say("turn")
    with pytest.raises(PromptTooLongError):
        await tell(book, ScriptedModel([too_long, shorten, too_long]), budget=100_000)


async def test_offline_condenses_by_itself() -> None:
    """Without a model, days lose what says least; the document stays within its budget."""
    async with chronicle() as book:
        facts: Callable[[int], str] = lambda n: (  # noqa: E731
            f"The crew counted {n} crates of salted herring at harbour number {n % 7}, said Ann."
        )
        for day in range(60):
            draft = TurnDraft(
                role=Role.PERSON,
                author="Ann",
                content=Content(text=f"{facts(day)} {facts(day + 100)}"),
                at=NOON + timedelta(days=day),
            )
            await book.record([draft], Origin.LIVE)
        await book.scribe(document_chars=2_000).update(await book.job())
        revisions = await book.revisions()
        content = await book.content()
        assert len(content) <= 2_200
        assert sum(r.covers.turns for r in revisions) == 60
        budget = [r for r in revisions if r.cause.startswith(BUDGET)]
        assert 2 <= len(budget) < 30
        assert {r.covers.turns for r in budget} == {0}
        first, last = (await book.scribe().show(book.conversation), budget[-1].cause)
        assert first.content.count("*Condensed from pg_") == 1
        assert last[len("budget: c") :] in first.content
        assert content.count("*Condensed from") <= content.count("\n## ")
