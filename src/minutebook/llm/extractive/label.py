"""A short title for a page or a conversation, in words that were said there.

The title is the stretch of two to five words that holds the most telling words of the page. It is a
topic and no clause: it begins and ends with a content word, and between these only prepositions,
articles and "and" may stand; verbs are known by a list, and by an article behind them. It is looked
for in the best sentences only, earlier ones first, and rather in what people said. Without such a
stretch the first words of the first line that says anything are taken, and without that the best
keyphrases are put side by side. Code and control sequences never get
here: they are not part of plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from math import sqrt

from minutebook.domain.display import shortened
from minutebook.llm.extractive.keyphrases import ranked_phrases
from minutebook.llm.extractive.lexicon import function_words, lexicon
from minutebook.llm.extractive.plain import plain_text
from minutebook.llm.extractive.reading import Line, Reading, read
from minutebook.llm.extractive.scoring import candidates
from minutebook.llm.extractive.values import Passage
from minutebook.llm.extractive.words import is_mark

MAX_LABEL = 60
"""The longest label, in characters."""
MIN_WORDS = 2
MAX_WORDS = 5
_FIRST_WORDS = 7
_MAX_UNSPACED = 20
"""The longest label in a script without spaces, in characters."""
FLOOR = 0.25
"""No title is looked for in a line below this share of the best score."""
FLAW = 0.75
"""What is left of a stretch for each end that cuts through a run of content words, or that is weak:
a number, an adverb, a participle."""
_LINES = 16
"""So many of the best lines are looked at."""
BY_MODEL = 0.6
"""What a line of a model is worth against one of a person."""
_TELLING_TERMS = 2
_MARKS = " \t.,;:!?\"'`*_#>-"
_LATER = 0.5
"""What the last line of a page is worth against the first: pages open with what they are about."""


def label(passages: Sequence[Passage]) -> str:
    """Return a title of at most `MAX_LABEL` characters; empty only when no word was said."""
    reading = read(passages)
    scores = [candidate.score for candidate in candidates(reading)]
    return label_of(reading, scores) or _first_words(passages)


def label_of(reading: Reading, scores: Sequence[float]) -> str:
    """Return a title for a reading whose lines have these scores."""
    top = max(scores, default=0.0) or 1.0
    worthy = [number for number, score in enumerate(scores) if score >= FLOOR * top]
    best = sorted(worthy, key=lambda number: -scores[number])[:_LINES]
    found = ""
    most = 0.0
    for number in sorted(best):
        place = 1.0 - (1.0 - _LATER) * number / len(scores)
        said = 1.0 if reading.lines[number].sentence.by_person else BY_MODEL
        worth = said * place * (scores[number] / top) ** 0.5
        for text, telling in _stretches(reading.lines[number], reading):
            if telling * worth > most:
                found, most = text, telling * worth
    return _capitalised(found or _opening_words(reading) or _side_by_side(reading))


def _saying(reading: Reading) -> list[Line]:
    """Return the lines that are more than an offer or thanks."""
    closer = lexicon().closer
    return [line for line in reading.lines if not closer.search(line.folded)]


def _opening_words(reading: Reading) -> str:
    """Return the first words of the first line that says anything, a person's if there is one."""
    telling = [line for line in _saying(reading) if len(line.terms) >= _TELLING_TERMS]
    first = next((line for line in telling if line.sentence.by_person), None)
    first = first or next(iter(telling), None)
    if first is None or first.unspaced:
        return ""
    words = first.sentence.text.split()[:_FIRST_WORDS]
    stopwords = function_words()
    while len(words) > 1 and words[-1].strip(_MARKS).casefold() in stopwords:
        words.pop()
    return shortened(" ".join(words).strip(_MARKS), MAX_LABEL)


def _stretches(line: Line, reading: Reading) -> Iterator[tuple[str, float]]:
    """Yield the stretches of a line that could be a title, with what each tells."""
    for marked, numbers in groupby(range(len(line.tokens)), lambda at: is_mark(line.tokens[at])):
        if marked:
            continue
        clause = list(numbers)
        for at in clause if line.unspaced else ():
            if line.tokens[at] in line.unspaced and len(line.tokens[at]) > 1:
                yield line.tokens[at][:_MAX_UNSPACED], _telling(line, at, at + 1, reading)
        yield from _windows(line, clause[0], clause[-1] + 1, reading)


def _windows(line: Line, first: int, last: int, reading: Reading) -> Iterator[tuple[str, float]]:
    """Yield the stretches between content words within one clause of a line."""
    for start, end in _topics(line, first, last, reading):
        text = " ".join(line.tokens[start:end])
        if len(text) <= MAX_LABEL:
            flaws = _flaws(line, start, end, reading)
            yield text, _telling(line, start, end, reading) * FLAW**flaws


def _topics(line: Line, first: int, last: int, reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield where the stretches of a clause begin and end that hold nothing of a sentence."""
    edges, glue = lexicon().edges, lexicon().glue
    for start in range(first, last):
        if not _is_noun(line, start, last, reading) or line.words[start] in edges:
            continue
        for at in range(start, min(start + MAX_WORDS, last)):
            is_noun = _is_noun(line, at, last, reading)
            if not (is_noun or line.words[at] in glue):
                break
            long_enough = at + 1 - start >= MIN_WORDS
            is_whole = is_noun and long_enough and line.words[at] not in edges
            if is_whole and not _is_amount(line.words[start : at + 1]):
                yield start, at + 1


def _is_amount(words: Sequence[str]) -> bool:
    """Return whether words are a figure and what it counts: of what, they do not say."""
    return words[0][0].isdigit() and len(words) == MIN_WORDS


def _is_noun(line: Line, at: int, last: int, reading: Reading) -> bool:
    """Say whether a word is a content word, and no verb as far as one can tell."""
    lists, word = lexicon(), line.words[at]
    if not reading.terms_of[word]:
        return False
    if word in lists.verbs or word in lists.pronouns or word in lists.determiners:
        return False
    if reading.language.nouns_are_capital and line.tokens[at].islower():
        # An adjective stands before its noun; what does not is a verb.
        return at + 1 < last and line.tokens[at + 1][0].isupper()
    behind = line.words[at + 1] if at + 1 < last else ""
    # "a" is a preposition in Spanish, Italian and Portuguese.
    is_article = behind == "a" and "the" in reading.language.stopwords
    governs = is_article or behind in lists.determiners
    return not governs or word.endswith("ing")


def _flaws(line: Line, start: int, end: int, reading: Reading) -> int:
    terms_of, words, verbs = reading.terms_of, line.words, lexicon().verbs
    flaws = 0
    for at in (start - 1, end):
        if 0 <= at < len(words) and terms_of[words[at]] and words[at] not in verbs:
            flaws += 1
    first, last = words[start], words[end - 1]
    flaws += first[0].isdigit() + first.endswith(("ly", "ed"))
    return flaws + last.endswith(("ly", "ed", "ing"))


def _telling(line: Line, start: int, end: int, reading: Reading) -> float:
    words = line.words[start:end]
    found = dict.fromkeys(chain.from_iterable(reading.terms_of[word] for word in words))
    # A run without spaces is one word: it is as long as it has terms.
    length = max(end - start, len(found))
    return sum([reading.telling.get(term, 0.0) for term in found]) / sqrt(length)


def _side_by_side(reading: Reading) -> str:
    if sum(len(line.terms) for line in _saying(reading)) < _TELLING_TERMS:
        return ""  # one word names no subject
    joined = ""
    for phrase in ranked_phrases(reading, 3):
        longer = f"{joined}, {phrase.text}" if joined else phrase.text
        if len(longer) > MAX_LABEL or len(longer.split()) > MAX_WORDS:
            break
        joined = longer
    return joined


def _first_words(passages: Sequence[Passage]) -> str:
    for passage in passages:
        words = plain_text(passage.text[:2_000]).split()[:_FIRST_WORDS]
        text = " ".join(words)[:MAX_LABEL].strip()
        if any(char.isalnum() for char in text):
            return _capitalised(text)
    return ""


def _capitalised(text: str) -> str:
    first = text.split(" ", 1)[0]
    if not first.replace("'", "").isalpha() or first not in {first.lower(), *lexicon().connectors}:
        return text
    return text[:1].upper() + text[1:]
