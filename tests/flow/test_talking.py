"""Talking without a model: the record is quoted, and quotations are not told again."""

from __future__ import annotations

from pathlib import Path

from minutebook.config import Settings
from minutebook.engine import open_engine
from minutebook.paths import Home


async def test_the_document_tells_what_a_person_said_and_no_quotation(tmp_path: Path) -> None:
    """Every turn is covered; answers that quote the record leave no trace in the document."""
    async with open_engine(Home.at(tmp_path), Settings()) as engine:
        first = await engine.chat.start()
        await engine.chat.say(first.id, "The ferry to Winterbottom leaves on 4 March at 10:15.")
        second = await engine.chat.start()
        await engine.chat.say(second.id, "When does the ferry to Winterbottom leave?")
        answer = await engine.chat.answer(second.id)
        await engine.do_what_can_be_done()
        assert answer is not None
        assert "10:15" in answer.content.text
        assert answer.author == "offline"
        document = (await engine.scribe.show(second.id)).document
        assert "Winterbottom leave" in document.content
        assert "10:15" not in document.content
        assert document.covered_seq == 2


async def test_quotations_are_not_quoted(tmp_path: Path) -> None:
    """Asked twice, the second answer quotes what was said and not the first answer."""
    async with open_engine(Home.at(tmp_path), Settings()) as engine:
        talk = await engine.chat.start()
        await engine.chat.say(talk.id, "My cabin on the ferry has the number 412.")
        answers = []
        for _ in range(2):
            await engine.chat.say(talk.id, "What is the number of my cabin on the ferry?")
            answers.append(await engine.chat.answer(talk.id))
        found = await engine.recall.passages("number of my cabin on the ferry")
    assert all(answer is not None and "412" in answer.content.text for answer in answers)
    assert all(passage.speaker != "offline" for passage in found)
