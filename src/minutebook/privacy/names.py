"""Names as they stand in texts: what of a name is looked for, and where it counts as one.

A full name of several words is one wherever it stands, however it is written. So is a single word
of it that is no word of a language, since chats care little for capitals. One that is may be meant
as the word: it counts with a capital, behind an `@`, or where a log puts its speakers, and one that
is often said not where every sentence has a capital anyway.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto

WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
"""A word, or a part of a name."""
GAP = re.compile("[ \t\n\u00a0\u202f._\\-'\u2019\u2010\u2011]{1,3}")
"""What may stand between the words of a name."""
WITHOUT_GAPS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f]"
)
"""Letters of scripts that put no spaces between words."""
NOBODY = frozenset(
    "user you me i human person people assistant system bot ai model unknown anonymous admin"
    " everyone all here channel team support moderator guest deleted nobody server owner ich du"
    " wir benutzer mensch alle".split()
)
"""What logs call speakers who are nobody in particular."""
_NOT_PARTS = frozenset(
    "von van der den de del della di da du la le el al bin ibn ben abu the of and und zu zur"
    " dos das mr mrs ms miss dr prof sir herr frau jr sr phd md team support bot admin user"
    " work home office mobile mom dad mama papa mum oma opa group family friend new old".split()
)
"""Words in names that name nobody."""
_ORDINARY = frozenset(
    "will mark rose may june april august grace hope faith joy art bill rob sue grant chase"
    " dawn summer autumn winter spring king queen young long short white black brown green"
    " gray grey gold silver stone wood woods hill rich drew cook price rice bell bush rivers"
    " lake field fields park parks street church house banks cash love little small good best"
    " strong power powers law sharp bright star sky rain sunny chance case skip buddy candy"
    " honey penny bear fox page major judge bishop forest snow frost day knight sun christian"
    " patience charity stark ernst klein gross lang kurz sommer herbst weiss schwarz braun"
    " koch bauer richter kaiser vogel fuchs busch berg bach stein wald sport post bank markt"
    " frei bon grand blanc petit rouge sol luz paz alma don van guy lane mercy chip pierce"
    " trip wade jay ray gene sandy sage reed angel constant noble victory royal prince duke"
    " earl baron dean abbey".split()
)
"""Names that are as likely words at the beginning of a sentence, without accents. Smiths and
Taylors are not among them: where in doubt a word is somebody."""
_WORDS = frozenset(
    "miles pat jack frank dean robin heather holly lily iris ivy olive hazel violet daisy"
    " jasmine ginger pepper basil amber ruby pearl jade crystal baker hunter fisher smith"
    " carpenter taylor mason miller pope marshall brook duke cliff dale glen heath rusty dusty"
    " misty stormy jay wren finch crane wolf lamb drake swift foster porter parker walker"
    " butler cooper turner weaver carter potter singer archer gardener shepherd max victor"
    " norm pam mike peg nick tony mac moss clement prudence felicity winkler hahn roth leroy"
    " roi belle reine mercier blanca rosa cruz leon reyes flores rios campo torres marina"
    " clara clark cole coleman dollar driver farmer fuller gates garland glass goldsmith hall"
    " hand harper head heart hood hope horn house hook hooker hopper joiner keen kitchen land"
    " law lord mann mayor mills minor moon moor nail nurse peacock pike pilot poet pool priest"
    " rider ring rock root rope saint salt sand savage shields ship short silver slater spear"
    " spencer spice stock storm sugar table tanner temple thing thorn tower town tree vale"
    " ward waters weeks welch well wells west north south east wheeler winner wise workman"
    " world wright young".split()
)
"""Names that are words in small letters, and names with a capital."""
_SHORTEST_PART = 2
_SHORT = 2
_ENDS = frozenset(".!?:\u2026\n\r\u3002\uff01\uff1f\u2022*>#-|")
_OPENING = " \t\"'\u201c\u201e\u201a\u2018([{_`"


class Place(Enum):
    """Where a single word stands."""

    NAMED = auto()
    """Where only names stand: behind an `@`, or as the speaker of a line."""
    BEGINNING = auto()
    """Where any word has a capital."""
    WITHIN = auto()


def fold(word: str) -> str:
    """Return a word without capitals and accents."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word)
    return "".join([each for each in apart if not unicodedata.combining(each)]).casefold()


def words_of(name: str) -> tuple[str, ...]:
    """Return the folded words of a name."""
    return tuple(fold(word) for word in WORD.findall(name))


def parts_of(name: str) -> tuple[str, ...]:
    """Return the folded words that a person may be called by alone; none of a single word."""
    words = words_of(name)
    if len(words) < 2:
        return ()
    return tuple(
        word
        for word in words
        if len(word) >= _SHORTEST_PART and word not in _NOT_PARTS | NOBODY and not word.isdigit()
    )


def is_somebody(name: str) -> bool:
    """Say whether a speaker's name is that of somebody in particular."""
    folded = fold(name.strip())
    return folded not in NOBODY and WORD.search(folded) is not None


def place_of(text: str, start: int, end: int) -> Place:
    """Say where a single word stands."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    if before == "@" or (before == '"' == behind and text[start - 2 : start - 1] == "="):
        return Place.NAMED
    at = start - 1
    while at >= 0 and text[at] in _OPENING:
        at -= 1
    is_first = at < 0 or text[at] in "\n\r>]"
    if is_first and behind == ":":
        return Place.NAMED
    return Place.BEGINNING if at < 0 or text[at] in _ENDS else Place.WITHIN


def is_ordinary(folded: str) -> bool:
    """Say whether a folded word may well be no name."""
    return folded in _ORDINARY or len(folded) <= _SHORT


def is_name(word: str, place: Place, *, known_as: str, behind: str) -> bool:
    """Say whether a word, in a place, is the single name that somebody is known by.

    `known_as` is the name as it was given: one in small letters counts in small letters, whatever
    else it means. `behind` is what stands right behind the word.
    """
    folded = fold(word)
    if place is Place.NAMED:
        return True
    if word[0].isupper():
        owns = behind.startswith(("'s", "\u2019s"))
        return not is_ordinary(folded) or place is Place.WITHIN or owns
    is_word = folded in _WORDS and known_as != known_as.lower()
    return not (is_ordinary(folded) or is_word)
