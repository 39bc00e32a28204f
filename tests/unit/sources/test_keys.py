"""The names of turns: the same in every export, wherever reading was taken up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.turns import Attachment, Content, Role, TurnDraft
from minutebook.sources.keys import TurnKeys

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def draft(text: str = "hi", at: datetime | None = NOON, **more: object) -> TurnDraft:
    """Make a draft."""
    return TurnDraft(role=Role.PERSON, author="Ana", content=Content(text=text), at=at, **more)  # type: ignore[arg-type]


def keys(*drafts: TurnDraft) -> list[str]:
    """Name drafts as one file."""
    named = TurnKeys()
    return [named.key(item) for item in drafts]


def test_its_own_id_names_a_turn() -> None:
    """Whatever else it says."""
    assert keys(draft(native_id="m1"), draft("edited", native_id="m1")) == ["m1", "m1"]


def test_seconds_make_no_difference() -> None:
    """One export writes seconds, another does not."""
    assert keys(draft(at=NOON)) == keys(draft(at=NOON + timedelta(seconds=59, microseconds=5)))
    assert keys(draft(at=NOON)) != keys(draft(at=NOON + timedelta(seconds=60)))


def test_the_configured_zone_makes_no_difference() -> None:
    """A moment without a zone is named by the clock on the wall, whichever zone was assumed."""
    wall = NOON.replace(tzinfo=None)
    zones = [ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Lima"), UTC]
    named = {keys(draft(at=wall.replace(tzinfo=z), zone_known=False))[0] for z in zones}
    assert len(named) == 1


def test_a_known_zone_names_the_moment() -> None:
    """The same moment written in two zones is one turn; the same wall clock in two zones is not."""
    plus_two = timezone(timedelta(hours=2))
    assert keys(draft(at=NOON)) == keys(draft(at=NOON.astimezone(plus_two)))
    assert keys(draft(at=NOON)) != keys(draft(at=NOON.replace(tzinfo=plus_two)))


def test_what_was_said_and_by_whom_tells_turns_apart() -> None:
    """Author, text, attachments: any of them."""
    attached = TurnDraft(
        role=Role.PERSON,
        author="Ana",
        content=Content(text="hi", attachments=(Attachment(name="a.jpg"),)),
        at=NOON,
    )
    other = TurnDraft(role=Role.PERSON, author="Bo", content=Content(text="hi"), at=NOON)
    assert len(set(keys(draft()) + keys(draft("ho")) + keys(attached) + keys(other))) == 4


def test_alike_in_one_minute_are_counted() -> None:
    """The second of two that are alike is another turn, and so is one a minute later."""
    first, second, third = keys(draft(), draft(), draft(at=NOON + timedelta(minutes=1)))
    assert second == f"{first}.1"
    assert "." not in third


def test_alike_in_one_minute_are_counted_across_others() -> None:
    """What somebody else says in between makes no difference."""
    assert keys(draft(), draft("ho"), draft())[2] == keys(draft(), draft())[1]


def test_without_times_the_history_names_a_turn() -> None:
    """The same words behind another history are another turn; behind the same one, the same."""
    one = keys(draft("a", None), draft("b", None))
    assert keys(draft("a", None), draft("b", None), draft("c", None))[:2] == one
    assert keys(draft("x", None), draft("b", None))[1] != one[1]
    assert len(set(keys(*[draft("a", None)] * 5))) == 5


def test_lone_surrogates_and_nul_name_turns_too() -> None:
    """Any text has a name."""
    assert len(set(keys(draft("\ud800"), draft("\x00"), draft("")))) == 3


def test_memory_of_what_was_alike_is_bounded() -> None:
    """A log of a hundred thousand turns is not kept in mind."""
    named = TurnKeys()
    for number in range(60_000):
        named.key(draft(str(number)))
    assert len(named._alike) <= 50_000


DRAFTS = st.lists(
    st.builds(
        draft,
        st.sampled_from(["hi", "ho", ""]),
        st.none() | st.integers(0, 3).map(lambda m: NOON + timedelta(minutes=m)),
        native_id=st.none() | st.none() | st.integers(0, 9).map(str),
    ),
    max_size=20,
)


@given(DRAFTS, st.data())
def test_names_go_on_where_a_state_was_taken(drafts: list[TurnDraft], data: st.DataObject) -> None:
    """Named in two goes with the state written down between, turns have the names of one go.

    That holds for logs in order of time: the state remembers the last minute.
    """
    drafts.sort(key=lambda item: item.at or NOON)
    place = data.draw(st.integers(0, len(drafts)))
    first = TurnKeys()
    head = [first.key(item) for item in drafts[:place]]
    second = TurnKeys.resumed(first.state())
    assert head + [second.key(item) for item in drafts[place:]] == keys(*drafts)


def test_ids_that_are_none_name_no_turn() -> None:
    """An empty one; and of one that no store can hold, what can be held."""
    assert keys(draft(native_id="")) == keys(draft())
    assert keys(draft(native_id="\ud800x")) == ["\ufffdx"]
