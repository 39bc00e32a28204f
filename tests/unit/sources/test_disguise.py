"""Records that are written with pseudonyms: nobody is named, and nothing comes in twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from desk import Desk, put
from hypothesis import given, settings
from hypothesis import strategies as st
from masked import KEY, OTHER_KEY, bytes_of, hiding, home_in, importer_of

from minutebook.domain.turns import Content
from minutebook.errors import PrivacyError
from minutebook.sources.choice import Choice
from minutebook.sources.disguise import PLAIN, Disguise
from minutebook.sources.reports import SourceReport

PLANTED = (
    *("Quandt", "Winterbottom", "Zsófia", "Brunhilde", "Ostrowski", "Gwendolyn", "Xaver"),
    *("ana@quandt-family.example", "sk-ant-api03-Zq", "DE89 3704 0044 0532 0130 00", "0151 2345"),
)
SECRET = "sk-ant-api03-Zq7Lr2Xw9Vb4Nm6Tc8Yd1Fg3Hj5Kp0-QwErTyUiOpAsDfGhJkLzXc"


def planted_in(data: bytes) -> list[str]:
    """Return what of the planted stands in some bytes, letter by letter or as JSON escapes."""
    text = data.decode("utf-8", "replace").casefold()
    ways = {word: {word, json.dumps(word)[1:-1]} for word in PLANTED}
    return [word for word, all_ in ways.items() if any(way.casefold() in text for way in all_)]


def plant(folder: Path) -> None:
    """Write logs of several kinds, full of names and secrets, and lines that nobody can read."""
    stamp = "05/01/2024, 12:0"
    put(
        folder / "Brunhilde Ostrowski" / "WhatsApp Chat with Brunhilde Ostrowski.txt",
        "no line of it, says Brunhilde Ostrowski at first\n"
        f"{stamp}0 - Brunhilde Ostrowski: Xaver Quandt wrote me, ana@quandt-family.example\n"
        f"{stamp}1 - Xaver Quandt: pay DE89 3704 0044 0532 0130 00 to Ostrowski, @brunhilde\n"
        f"{stamp}2 - Brunhilde Ostrowski: the key is {SECRET}\n"
        f"{stamp}3 - Xaver Quandt: Anything of Gwendolyn Winterbottom?\n"
        f"{stamp}4 - Gwendolyn Winterbottom: call me, 0151 23456789",
    )
    call = {"name": "mail", "arguments": json.dumps({"to": "Zsófia", "text": "Hi\nZsófia\tQuandt"})}
    lines: list[object] = [
        {"role": "user", "name": "Zsófia Quandt", "content": "Zsófia for Gwendolyn", "id": "1"},
        {
            "role": "assistant",
            "content": "Hello Zsófia!",
            "id": "Xaver-2",
            "tool_calls": [{"id": "c1", "type": "function", "function": call}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "Sent to Zsófia Quandt", "id": "3"},
    ]
    chat = {"id": "quandt-chat", "title": "Letter to Zsófia", "messages": lines}
    put(folder / "late" / "Zsófia.json", json.dumps([chat]))
    stream = "".join(json.dumps(line) + "\n" for line in lines)
    put(
        folder / "late" / "Gwendolyn.jsonl",
        stream + '{"role": "user", "name": "Zsófia Quandt", "con',
    )
    irc = "".join(
        f"2024-01-01T12:0{n}:00  <{who}> is {other} there?\n"
        for n, (who, other) in enumerate([("Ostrowski", "Xaver"), ("Xaver", "Ostrowski")] * 2)
    )
    put(folder / "z" / "#quandt.log", irc + "what Gwendolyn Ostrowski meant\n")


async def test_nothing_of_a_log_is_in_clear(tmp_path: Path) -> None:
    """No name, address or secret is in any byte of a home; in one that hides nothing, all are."""
    plant(tmp_path / "logs")
    turns: list[int] = []
    for name, disguise in (("open", PLAIN), ("hidden", hiding(tmp_path / "hidden"))):
        async with home_in(tmp_path / name, disguise) as desk:
            reports = await desk.read(tmp_path / "logs")
            turns.append(sum(report.turns_new for report in reports))
            assert any(report.quarantined for report in reports)
            told = bytes_of(tmp_path / name)
            if disguise is PLAIN:
                assert planted_in(told) == list(PLANTED)
            else:
                left = told.replace(str(tmp_path).encode(), b"")
                assert planted_in(left) == []
    assert turns[0] == turns[1] > 10


Steps = list[tuple[int, int, int, bool]]
"""Which log, from which line to which, and whether the names that were known are forgotten."""
SPEAKERS = ("Ana Quandt", "Bo", "ana", "Mark Winterbottom")
COUNTS = ("conversations", "turns_new", "turns_known", "turns_revised")


def whatsapp_lines(shift: int) -> list[str]:
    """Return messages, several alike, that speak of those who speak now and of others later."""
    return [
        f"05/01/2024, 12:{n // 4 + shift:02} - {SPEAKERS[(n // 3) % 4]}: "
        f"{SPEAKERS[(n // 2 + shift) % 4]} said {n % 5}, a@b.example\n"
        for n in range(24)
    ]


def chained_lines(shift: int) -> list[str]:
    """Return a transcript without times, in which keys are made of what was said before."""
    return [
        f"**{SPEAKERS[(n + shift) % 4]}:** Hello {SPEAKERS[(n // 2) % 4]}, {n * n % 7 + shift}\n\n"
        for n in range(24)
    ]


def irc_lines(shift: int) -> list[str]:
    """Return lines of a log that grows, whose checkpoints are kept."""
    return [
        f"2024-01-01T12:{n // 2:02}:00  <{SPEAKERS[n % 4].split()[-1]}> "
        f"tell {SPEAKERS[(n // 5 + shift) % 4]} of {n % 6}\n"
        for n in range(24)
    ]


LOGS = [
    *((f"WhatsApp Chat with Group {n}.txt", whatsapp_lines(n)) for n in range(2)),
    *((f"talk{n}.md", chained_lines(n)) for n in range(2)),
    ("#quandt.log", irc_lines(0)),
]
steps = st.lists(
    st.tuples(st.integers(0, len(LOGS) - 1), st.integers(0, 12), st.integers(8, 24), st.booleans()),
    min_size=2,
    max_size=4,
)


def counted(reports: Sequence[SourceReport]) -> list[list[int]]:
    """Return what came in."""
    return [[getattr(report, name) for name in COUNTS] for report in reports]


async def taken(folder: Path, logs: Path, wanted: Steps, disguise: Disguise) -> list[object]:
    """Import parts of logs one after another, each as a process of its own would."""
    told: list[object] = []
    async with home_in(folder, disguise) as desk:
        for log, start, length, is_forgotten in wanted:
            name, lines = LOGS[log]
            file = put(logs / name, "".join(lines[start : start + length]))
            if disguise is not PLAIN:
                if is_forgotten:
                    (folder / "names.sealed").unlink(missing_ok=True)
                disguise = hiding(folder)
            importer = importer_of(desk.database, disguise)
            told.append(counted([report async for report in importer.import_paths([file])]))
        turns = (await desk.turns()).values()
        told.append(sorted(len(each) for each in turns))
    return told


@given(wanted=steps)
@settings(max_examples=6, deadline=None)
def test_it_is_the_record_that_it_would_be_with_names(wanted: Steps) -> None:
    """Parts that overlap, in any order, whoever is known by then: nothing more and nothing less
    comes in than into a record with names, and a second time nothing does."""

    async def work() -> None:
        with TemporaryDirectory() as name:
            folder = Path(name)
            again = [*wanted, *wanted]
            open_ = await taken(folder / "open", folder / "logs", again, PLAIN)
            hidden = await taken(folder / "hidden", folder / "logs", again, hiding(folder))
            assert hidden == open_

    asyncio.run(work())


@given(log=st.sampled_from([0, 2, 4]), cuts=st.lists(st.floats(0, 1), min_size=1, max_size=4))
@settings(max_examples=6, deadline=None)
def test_a_file_that_grows_is_the_whole_file(log: int, cuts: list[float]) -> None:
    """Cut anywhere, also within a name or an address: each turn is there once, as it was said."""

    async def work() -> None:
        with TemporaryDirectory() as name:
            folder, (file, lines) = Path(name), LOGS[log]
            whole = "".join(lines)
            sizes: list[list[int]] = [[], []]
            for which, disguise in enumerate((PLAIN, hiding(folder / "hidden"))):
                async with home_in(folder / f"{which}", disguise) as desk:
                    (folder / "hidden").mkdir(exist_ok=True)
                    for cut in [*sorted(cuts), 1.0]:
                        part = put(folder / file, whole[: int(cut * len(whole))])
                        [report async for report in desk.importer.import_file(part, live=True)]
                    sizes[which] = sorted(len(each) for each in (await desk.turns()).values())
            assert sizes[0] == sizes[1]

    asyncio.run(work())


def edited(text: str) -> str:
    """Return an export in which a message says this."""
    said = [("u1", "user", text), ("a1", "assistant", "Yes.")]
    messages = [{"id": i, "role": role, "name": "Ana Quandt", "content": t} for i, role, t in said]
    return json.dumps([{"id": "c1", "title": "A trip", "messages": messages}])


async def test_an_edit_is_a_revision_once(tmp_path: Path) -> None:
    """A message that says something else is revised, hidden as well; known names revise nothing."""
    home, log = tmp_path / "home", tmp_path / "log.json"
    brought = []
    async with home_in(home, hiding(home)) as desk:
        for text in ("for Bo Winterbottom", "not for Bo Winterbottom", "not for Bo Winterbottom"):
            await desk.read(put(tmp_path / "talk.md", "".join(chained_lines(0))))
            (report,) = await desk.read(put(log, edited(text)))
            brought.append((report.turns_new, report.turns_revised, report.turns_known))
        assert brought[:2] == [(2, 0, 0), (0, 1, 1)]
        assert brought[2][:2] == (0, 0)
        said = [turn for turns in (await desk.turns()).values() for turn in turns]
    assert not any("Winterbottom" in turn.content.text for turn in said)
    assert b"Quandt" not in bytes_of(home)


async def test_who_speaks_in_the_last_log_is_hidden_in_the_first(tmp_path: Path) -> None:
    """People are spoken of in one chat who speak in another: all are listened to beforehand."""
    home, logs = tmp_path / "home", tmp_path / "logs"
    put(logs / "1.log", "2024-01-01T12:00:00  <Bo> ask Ana Quandt\n" * 4)
    put(logs / "2.log", "2024-01-01T12:00:00  <Ana_Quandt> yes\n" * 4)
    async with home_in(home, hiding(home)) as desk:
        assert [report.turns_new for report in await desk.read(logs)] == [4, 4]
    assert b"Quandt" not in bytes_of(home)


async def refused(desk: Desk, disguise: Disguise, path: Path) -> str:
    """Return why a home does not take logs; nothing of them is in it."""
    before = await desk.turns()
    importer = importer_of(desk.database, disguise)
    with pytest.raises(PrivacyError) as error:
        [_ async for _ in importer.import_paths([path])]
    with pytest.raises(PrivacyError):
        [_ async for _ in importer.import_file(path)]
    assert await desk.turns() == before
    return f"{error.value.message} {error.value.hint}"


async def test_a_record_is_written_in_one_way(tmp_path: Path) -> None:
    """With names, with pseudonyms, or with those of another key: what came in otherwise before
    refuses the rest, and says what to do."""
    home, key = tmp_path / "home", hiding(tmp_path)
    first = put(tmp_path / "one.log", "".join(irc_lines(0)))
    second = put(tmp_path / "two.txt", "".join(whatsapp_lines(0)))
    async with home_in(home) as desk:
        await desk.read(first)
        assert "with names" in await refused(desk, key, second)
    async with home_in(tmp_path / "other", key) as desk:
        await desk.read(first)
        fingerprint = KEY.fingerprint
        assert fingerprint in await refused(desk, PLAIN, second)
        assert fingerprint in await refused(desk, hiding(tmp_path, OTHER_KEY), second)


async def test_hashes_tell_nothing_without_the_key(tmp_path: Path) -> None:
    """Whoever guesses what was said, and by whom, finds neither its hash nor its key."""
    home, log = tmp_path / "home", put(tmp_path / "one.txt", "".join(whatsapp_lines(0)))
    kept: list[set[str]] = []
    for name, disguise in (
        ("open", PLAIN),
        ("one", hiding(home)),
        ("two", hiding(home, OTHER_KEY)),
    ):
        home.mkdir(exist_ok=True)
        async with home_in(tmp_path / name, disguise) as desk:
            await desk.read(log)
            (turns,) = (await desk.turns()).values()
            kept.append({turn.key for turn in turns})
            guess = Content(text=whatsapp_lines(0)[0].rpartition(": ")[2].strip()).hash
            assert (guess.encode() in bytes_of(tmp_path / name)) is (disguise is PLAIN)
    assert len(set.union(*kept)) == sum(map(len, kept))


async def test_a_rehearsal_keeps_no_names(tmp_path: Path) -> None:
    """It says the same as the import that follows, and leaves nothing behind."""
    home, log = tmp_path / "home", put(tmp_path / "one.txt", "".join(whatsapp_lines(0)))
    async with home_in(home, hiding(home)) as desk:
        (told,) = [each async for each in desk.importer.rehearse([log])]
        assert not (home / "names.sealed").exists()
        assert counted([told.report]) == counted(await desk.read(log))
    assert (home / "names.sealed").exists()


async def test_what_is_chosen_is_chosen_by_its_own_name(tmp_path: Path) -> None:
    """People choose by the titles in their logs, which the record does not have."""
    home, chats = tmp_path / "home", json.loads(edited("one"))
    chats.append({**chats[0], "id": "c2", "title": "Zsófia"})
    log = put(tmp_path / "log.json", json.dumps(chats))
    async with home_in(home, hiding(home)) as desk:
        choice = Choice(only=("zsófia",))
        (report,) = [each async for each in desk.importer.import_paths([log], choice)]
        assert (report.conversations, report.turns_new) == (1, 2)
