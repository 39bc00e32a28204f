"""What can be done about pages that are to leave, have left, and come back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.domain.pages import Lifecycle
from minutebook.errors import MinutebookError
from minutebook.tui.guard import run_guarded
from minutebook.tui.screens.listing import ListingScreen
from minutebook.tui.screens.picking import Pick, PickScreen
from minutebook.tui.screens.question import QuestionScreen
from minutebook.tui.widgets.inked import Ink, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow
from minutebook.tui.wording import plural, turn_time

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from minutebook.domain.archive import Move, Step, VerifyReport
    from minutebook.domain.pages import Page
    from minutebook.engine import Engine
    from minutebook.tui.archive_work import ArchiveWork
    from minutebook.tui.screens.main import MainScreen

    Deed = Callable[["MainScreen", Engine, str], Awaitable[None]]
    Review = Callable[[Sequence[str]], Awaitable[list[str]]]

_MOVES = 2_000
_PAGES = 2_000
_EVERY = 1_000_000
_AT_ONCE = 500
_YEAR = 365
_NOBODY = "No page waits for its review."
_ALL = "all"
_WORDS = {
    "keep": "kept: it counts as looked at",
    "archive": "leaves with the next flush; f does it now",
    "pin": "pinned: it never leaves by itself",
}


async def do(main: MainScreen, engine: Engine, verb: str, page: str = "") -> None:
    """Do a verb; `page` is the one under the cursor. What is wrong is said in the lower bar."""
    try:
        await _DEEDS[verb](main, engine, page)
    except MinutebookError as error:
        _say(main, str(error), Ink.WARNING)
    _ask(main)


def _ask(main: MainScreen) -> None:
    main.glance.recount()
    if main.drawer is not None:
        main.drawer.ask()


def _say(main: MainScreen, text: str, ink: Ink = Ink.NOTE) -> None:
    """Say what came of it, in the view itself: the lower bar may have no room."""
    if main.drawer is not None and not main.drawer.archive_work.is_busy:
        main.drawer.archive_work.say(text, ink)
    else:
        main.bar.say(text, ink)
    _ask(main)


def _work(main: MainScreen) -> ArchiveWork | None:
    """Return what is under way, unless that has to end first."""
    if main.drawer is None:
        return None
    if main.drawer.archive_work.is_busy:
        _say(main, "The archive is at work; x stops archiving.", Ink.WARNING)
        return None
    return main.drawer.archive_work


async def _review(verb: str, main: MainScreen, engine: Engine, page: str) -> None:
    if not page:
        _say(main, _NOBODY)
        return
    await _reviews(engine)[verb]([page])
    _say(main, f"{page} is {_WORDS[verb]}." if verb != "archive" else f"{page} {_WORDS[verb]}.")


async def _review_all(verb: str, main: MainScreen, engine: Engine, page: str) -> None:
    """Ask first: it is about all that wait, not only those in sight."""
    waiting = (await engine.library.counts()).pages[Lifecycle.PENDING_DECAY]
    if not waiting:
        _say(main, _NOBODY)
        return

    async def work() -> None:
        ids = [each.page for each in await engine.archive.review.pending(_EVERY)]
        for start in range(0, len(ids), _AT_ONCE):
            await _reviews(engine)[verb](ids[start : start + _AT_ONCE])
        _say(main, f"{plural(len(ids), 'page')}: {_WORDS[verb]}.")

    answers = (("y", "yes", f"each is {_WORDS[verb]}"), ("n", "no", "leave them"))
    if verb == "archive":
        answers = (("y", "yes", "they leave with the next flush"), answers[1])
    _on_yes(main, f"{verb.capitalize()} all {plural(waiting, 'page')} that wait?", answers, work)


def _reviews(engine: Engine) -> dict[str, Review]:
    review = engine.archive.review
    return {"keep": review.keep, "archive": review.let_go, "pin": review.pin}


async def _explain(main: MainScreen, engine: Engine, page: str) -> None:
    """Show what speaks for a page, and what will when time goes by."""
    if not page:
        _say(main, _NOBODY)
        return
    from minutebook.tui.screens.page_worth import PageWorthScreen

    _, score = await engine.archive.review.score(page)
    outlook = await engine.archive.review.outlook(page, _YEAR)
    text = (await engine.library.page(page)).page

    def chosen(verb: str | None) -> None:
        if verb == "open":
            main.visit(text.conversation, text.first_turn)
        elif verb:
            run_guarded(main, lambda: do(main, engine, verb, page), verb)

    screen = PageWorthScreen(text, score, engine.archive.threshold, outlook)
    main.app.push_screen(screen, chosen)


async def _flush(main: MainScreen, engine: Engine, page: str) -> None:
    if (work := _work(main)) is not None:
        await work.flush(engine, partial(_ask, main))


async def _stop(main: MainScreen, engine: Engine, page: str) -> None:
    if main.drawer is None or not main.drawer.archive_work.stop():
        _say(main, "Nothing is being archived.")


async def _verify(main: MainScreen, engine: Engine, page: str) -> None:
    if (work := _work(main)) is None:
        return
    found = await work.verify(engine, partial(_ask, main))
    if found is not None and found.problems:
        _show_problems(main, found)


def _show_problems(main: MainScreen, found: VerifyReport) -> None:
    rows = [
        ListRow(
            id=f"problem {at}",
            lines=(
                line(each.path or "the store", Ink.STRONG),
                line(f"  {each.what}", Ink.ERROR if each.is_loss else Ink.NOTE),
            ),
        )
        for at, each in enumerate(found.problems)
    ]
    foot = "`minutebook archive verify` lists them too"
    main.app.push_screen(ListingScreen("What is not as it should be", rows, foot=foot))


async def _restore(main: MainScreen, engine: Engine, page: str) -> None:
    """Choose what is to come back: of the conversation that is open, else of all."""
    if _work(main) is None:
        return
    shown = main.shown_conversation
    found = await _archived(engine, shown.id if shown is not None else "")
    where = "of this conversation" if found else "of all"
    found = found or await _archived(engine, "")
    if not found:
        _say(main, "Nothing is archived.")
        return
    by_id = {each.id: each for each in found}
    now = engine.clock()
    every = Pick(
        id=_ALL,
        words="all",
        lines=(line(f"All {plural(len(found), 'page')} {where}", Ink.STRONG), line("")),
    )
    picks = [*([every] if len(found) > 1 else []), *(_archived_pick(p, now) for p in found)]

    def chosen(id_: str | None) -> None:
        if id_ is None:
            return
        wanted = list(by_id) if id_ == _ALL else [id_]
        run_guarded(main, partial(_bring_back, main, engine, wanted), "restore")

    picking = PickScreen("Bring back", picks, noun="page", empty="Nothing is archived.")
    main.app.push_screen(picking, chosen)


async def _archived(engine: Engine, conversation: str) -> list[Page]:
    pages = await engine.library.pages(conversation=conversation)
    return [page for page in pages if page.lifecycle is Lifecycle.ARCHIVED][:_PAGES]


def _archived_pick(page: Page, now: datetime) -> Pick:
    head = Line(
        left=(Span(text=page.label or page.id), Span(text=f"  {page.id}", ink=Ink.FAINT)),
        right=(Span(text=turn_time(page.first_at, now), ink=Ink.FAINT),),
    )
    about = line(f"  {plural(page.turns, 'turn')}  {page.summary}", Ink.NOTE)
    return Pick(id=page.id, words=f"{page.id} {page.label} {page.summary}", lines=(head, about))


async def _bring_back(main: MainScreen, engine: Engine, wanted: Sequence[str]) -> None:
    try:
        done = await engine.archive.restore(wanted)
    except MinutebookError as error:
        _say(main, str(error), Ink.ERROR)
        return
    came = f"{plural(done.pages, 'page')} with {plural(done.turns, 'turn')}"
    if done.unread:
        left = f"{plural(len(done.unread), 'page')} cannot: {one_line(done.unread[0].why)}"
        _say(main, f"{came} came back; {left}", Ink.ERROR)
        return
    _say(main, f"{came} came back, as they were.")


async def _ledger(main: MainScreen, engine: Engine, page: str) -> None:
    """Show every move of pages, the newest first."""
    moves = await engine.archive.review.ledger(limit=_MOVES)
    now = engine.clock()
    rows = [ListRow(id=f"{at} {m.page}", lines=_move(m, now)) for at, m in enumerate(moves)]

    def chosen(row_id: str | None) -> None:
        if row_id:
            wanted = row_id.partition(" ")[2]
            run_guarded(main, lambda: _go_to(main, engine, wanted), "go to a page")

    empty = "No page has moved yet."
    foot = "enter goes to the page"
    main.app.push_screen(ListingScreen("What has moved", rows, foot=foot, empty=empty), chosen)


async def _go_to(main: MainScreen, engine: Engine, wanted: str) -> None:
    page = (await engine.library.page(wanted)).page
    main.visit(page.conversation, page.first_turn)


def _move(move: Move, now: datetime) -> tuple[Line, ...]:
    names = {Lifecycle.PENDING_DECAY: "to review"}
    before, after = (names.get(each, each.value) for each in (move.before, move.after))
    head = Line(
        left=(
            Span(text=f"{before} → {after}"),
            Span(text=f"  {move.page}", ink=Ink.FAINT),
        ),
        right=(Span(text=f"{move.by.value}  {turn_time(move.at, now)}", ink=Ink.FAINT),),
    )
    score = "" if move.score is None else f" It was worth {move.score.total:.2f}."
    return head, line(f"  {move.why}{score}", Ink.NOTE)


async def _maintenance(main: MainScreen, engine: Engine, page: str) -> None:
    """Show every step: when it is due, and what came of it last."""
    now = engine.clock()
    steps = await engine.archive.maintenance.steps()
    rows = [ListRow(id=step.name, lines=_step(step, now)) for step in steps]
    foot = "`minutebook archive maintenance --now` does every step"
    main.app.push_screen(ListingScreen("Maintenance", rows, foot=foot))


def _step(step: Step, now: datetime) -> tuple[Line, ...]:
    due = "due now" if step.due_at <= now else f"due {turn_time(step.due_at, now)}"
    head = Line(
        left=(Span(text=step.name, ink=Ink.STRONG), Span(text=f"  {step.state.value}")),
        right=(Span(text=due, ink=Ink.FAINT),),
    )
    done = f" ({turn_time(step.ended_at, now)})" if step.ended_at is not None else ""
    said = f"  {step.error or step.detail or 'It has not run yet.'}{done}"
    return head, line(said, Ink.ERROR if step.error else Ink.NOTE)


async def _sql(main: MainScreen, engine: Engine, page: str) -> None:
    await main.run_action("app.sql")


def _on_yes(
    main: MainScreen,
    question: str,
    answers: tuple[tuple[str, str, str], ...],
    work: Callable[[], Awaitable[None]],
) -> None:
    def answered(key: str | None) -> None:
        if key == "y":
            run_guarded(main, work, "review")

    main.app.push_screen(QuestionScreen(question, answers), answered)


_DEEDS: dict[str, Deed] = {
    "keep": partial(_review, "keep"),
    "archive": partial(_review, "archive"),
    "pin": partial(_review, "pin"),
    "keep_all": partial(_review_all, "keep"),
    "archive_all": partial(_review_all, "archive"),
    "pin_all": partial(_review_all, "pin"),
    "explain": _explain,
    "flush": _flush,
    "stop": _stop,
    "verify": _verify,
    "restore": _restore,
    "ledger": _ledger,
    "maintenance": _maintenance,
    "sql": _sql,
}
