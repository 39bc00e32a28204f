"""Talking without a model: the record is quoted, and documents tell that it answered."""

from __future__ import annotations

from pathlib import Path

from minutebook.config import Settings
from minutebook.engine import open_engine
from minutebook.paths import Home

FERRY = "The ferry to Winterbottom leaves on 4 March at 10:15."


async def test_the_document_tells_each_question_and_what_the_record_answered(
    tmp_path: Path,
) -> None:
    """Every question in the person's words, and briefly what answers it and where that stands."""
    async with open_engine(Home.at(tmp_path), Settings()) as engine:
        first = await engine.chat.start()
        await engine.chat.say(first.id, FERRY)
        second = await engine.chat.start()
        await engine.chat.say(second.id, "When does the ferry to Winterbottom leave?")
        answer = await engine.chat.answer(second.id)
        await engine.chat.say(second.id, "What does the captain of the airship earn?")
        await engine.chat.answer(second.id)
        await engine.do_what_can_be_done()
        assert answer is not None
        assert "10:15" in answer.content.text
        assert answer.author == "offline"
        document = (await engine.scribe.show(second.id)).document
        said = [line for line in document.content.split("\n") if line.startswith("- ")]
        assert said == [
            "- **you** When does the ferry to Winterbottom leave?",
            f"- **The record** “{FERRY}” (you, turn 1)",
            "- **you** What does the captain of the airship earn?",
            "- **The record** Nothing in the record fits this question.",
        ]
        assert "No model is connected" not in document.content
        assert document.covered_seq == 4


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
