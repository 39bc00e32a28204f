"""Names, addresses, paths, versions and dates, found by rules.

Shapes are looked for in cleaned text outside code fences, where addresses still have all their
characters; names in the plain text of the rest. A name is two or more capitalised words in a row,
or one that is capitalised in the middle of a sentence and never written small; in a language that
capitalises its nouns, only the former.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

from minutebook.llm.extractive.lexicon import function_words, language_of, lexicon
from minutebook.llm.extractive.plain import blocks, clean, prose_lines
from minutebook.llm.extractive.reading import MAX_TOTAL, share_out
from minutebook.llm.extractive.sentences import split_text
from minutebook.llm.extractive.shapes import shapes_in
from minutebook.llm.extractive.values import Entity, EntityKind, Passage
from minutebook.llm.extractive.words import tokens

LONGEST_NAME = 5
"""Words in a name."""


def entities(passages: Sequence[Passage]) -> list[Entity]:
    """Return what has a name of its own, in order of first appearance, each once."""
    sources: dict[tuple[EntityKind, str], dict[Hashable, None]] = {}
    written: dict[tuple[EntityKind, str], str] = {}
    shared = share_out(passages, MAX_TOTAL)
    found = [_by_shape(passage.text) for passage in shared]
    names = _Names([rest for _, rest in found])
    for number, (passage, (shaped, _)) in enumerate(zip(shared, found, strict=True)):
        for kind, text in [*shaped, *names.of(number)]:
            key = kind, text.casefold()
            written.setdefault(key, text)
            sources.setdefault(key, {})[passage.source] = None
    return [
        Entity(kind=key[0], text=written[key], sources=tuple(seen)) for key, seen in sources.items()
    ]


def _by_shape(text: str) -> tuple[list[tuple[EntityKind, str]], str]:
    """Return what has a shape in a text, and the rest of the text."""
    lines = [shapes_in(line) for line in prose_lines(clean(text))]
    return [each for found, _ in lines for each in found], "\n".join(rest for _, rest in lines)


class _Names:
    """The capitalised names of some cleaned texts, found by looking at all of them together."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._sentences = [_tokens_of(text) for text in texts]
        sentences = [words for passage in self._sentences for words in passage]
        inside = [word for words in sentences for word in words[1:]]
        counts = Counter(word.casefold() for words in sentences for word in words)
        self._nouns_are_capital = language_of(counts).nouns_are_capital
        self._small = {word for word in inside if word.islower()}
        self._alone = {word for word in inside if word[0].isupper() and self._is_alone(word)}
        self._whole = {tuple(run) for words in sentences for run in _runs(words[1:])}

    def of(self, number: int) -> Iterator[tuple[EntityKind, str]]:
        """Yield the names in one of the texts, in order."""
        for words in self._sentences[number]:
            for at, run in enumerate(_runs(words)):
                name = self._without_first_word(run) if at == 0 and run[0] == words[0] else run
                if len(name) > 1 or name[0] in self._alone:
                    yield EntityKind.NAME, " ".join(name)

    def _without_first_word(self, run: list[str]) -> list[str]:
        """Take off what is capitalised only because a sentence starts with it: "Ask Ana Lopez"."""
        if len(run) > 1 and (run[0].casefold() in self._small or tuple(run[1:]) in self._whole):
            return run[1:]
        return run

    def _is_alone(self, word: str) -> bool:
        if self._nouns_are_capital or len(word) < 3 or not word.isalpha():
            return False
        folded = word.casefold()
        known = folded in self._small or folded in function_words() or folded in lexicon().months
        return not known


def _tokens_of(text: str) -> list[list[str]]:
    """Return the words of each sentence of a cleaned text."""
    return [tokens(sentence) for block in blocks(text) for sentence in split_text(block.text)]


def _runs(words: Iterable[str]) -> Iterator[list[str]]:
    """Yield runs of capitalised words, with small connecting words inside, without stop words."""
    run: list[str] = []
    pending: list[str] = []
    for word in [*words, "."]:
        folded = word.casefold()
        if word[0].isupper() and folded not in function_words() and len(run) < LONGEST_NAME:
            run += [*pending, word]
            pending = []
        elif run and len(pending) < 2 and word in lexicon().particles:
            pending.append(word)
        elif run:
            yield run
            run, pending = [], []
