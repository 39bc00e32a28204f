"""What a conversation without a name is called."""

from __future__ import annotations

import pytest

from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.opening_words import opening_words


@pytest.mark.parametrize(
    ("prompts", "words"),
    [
        (["When do\n we leave?", "And then?"], "When do we leave?"),
        (["hi", "hello there", "why does the ferry wait"], "why does the ferry wait"),
        (["/add aider/io.py", "/tokens", "fix the tests of io"], "fix the tests of io"),
        (["/Users/ana/io.py does not compile", "why?"], "/Users/ana/io.py does not compile"),
        (["/help how are you", "hi"], "hi"),
        (["/add io.py", "/tokens"], "/add io.py"),
        (["hi", "你好", "请把这份记录翻译成简体中文好吗"], "请把这份记录翻译成简体中文好吗"),
        (["hi"], "hi"),
        (["  "], ""),
        ([], ""),
    ],
)
def test_the_first_prompt_that_says_something(prompts: list[str], words: str) -> None:
    """Greetings and commands do only where nothing else is said."""
    drafts = [TurnDraft(role=Role.USER, content=Content(text=text)) for text in prompts]
    assert opening_words(drafts) == words


def test_only_people_count() -> None:
    """What a program answers or puts out names nothing."""
    said = ((Role.TOOL, "Aider v0.48 is here"), (Role.ASSISTANT, "I am a model"), (Role.USER, "hi"))
    drafts = [TurnDraft(role=role, content=Content(text=text)) for role, text in said]
    assert opening_words(drafts) == "hi"
