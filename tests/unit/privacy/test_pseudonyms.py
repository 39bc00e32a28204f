"""Pseudonyms: whose they are only the key tells, and nobody is named in what others say."""

from __future__ import annotations

import hashlib
import unicodedata
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.privacy.keys import Key
from minutebook.privacy.pseudonyms import People, Pseudonyms
from minutebook.privacy.redacting import Redactor
from minutebook.privacy.veil import Veil

KEY = Key(secret=b"k" * 32)
NAMES = frozenset(
    (
        "Alice Baker",
        "Will Smith",
        "José García",
        "zed",
        "王芳",
        "Bob O'Neil",
        "Anna Klein",
        "Anna Groß",
        "Karl-Heinz Müller",
        "ada_l",
        "Алёна Иванова",
        "user",
    )
)
OURS = Pseudonyms(KEY, lambda: People(version=1, names=NAMES))
BOB = OURS.of("Bob O'Neil")
ALICE, WILL, ZED = OURS.of("Alice Baker"), OURS.of("Will Smith"), OURS.of("zed")


def told(text: str) -> str:
    return OURS.hide(text).text


def test_a_pseudonym_is_keyed() -> None:
    """Hashing a list of names finds nobody: without the key there is nothing to compare with."""
    other = Pseudonyms(Key(secret=b"q" * 32), lambda: People(version=1, names=NAMES))
    assert other.of("Alice Baker") != ALICE
    mark = ALICE.removeprefix("Person ")
    for name in ("Alice Baker", "alice baker", "whatsapp:Alice Baker", "person\0alice baker"):
        for hashed in (hashlib.sha256, hashlib.sha1, hashlib.md5):
            assert mark not in hashed(name.encode()).hexdigest()
        for space in (uuid.NAMESPACE_OID, uuid.NAMESPACE_DNS):
            assert mark not in uuid.uuid5(space, name).hex


@pytest.mark.parametrize("name", ["alice baker", "ALICE  BAKER", "Alice\u00a0Baker", "alice-baker"])
def test_the_same_name_is_the_same_person_in_every_source(name: str) -> None:
    """Whichever way a log writes it."""
    assert OURS.of(name) == ALICE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alice said it.", f"{ALICE} said it."),
        ("alice baker, ALICE BAKER", f"{ALICE}, {ALICE}"),
        ("@alice @AliceBaker @alice.baker", f"@{ALICE} @{ALICE} @{ALICE}"),
        ("Alice's stove, Alice’s too", f"{ALICE}'s stove, {ALICE}’s too"),
        ("Alices Ofen", f"{ALICE}s Ofen"),
        ("tell alice, and garcia", f"tell {ALICE}, and {OURS.of('José García')}"),
        ("ALICE!", f"{ALICE}!"),
        ("alice: hello", f"{ALICE}: hello"),
        ('<turn speaker="will" n="1">', f'<turn speaker="{WILL}" n="1">'),
        ("Then Will left, in Will's car.", f"Then {WILL} left, in {WILL}'s car."),
        ("Zed, zed and ZED", f"{ZED}, {ZED} and {ZED}"),
        ("王芳说你好", f"{OURS.of('王芳')}说你好"),
        ("Jose, José, Garcia", ", ".join([OURS.of("José García")] * 3)),
        ("with ada_l and Ada_L", f"with {OURS.of('ada_l')} and {OURS.of('ada_l')}"),
        ("Bob O’Neil and O'Neil", f"{BOB} and O'{BOB}"),
        ("Müllers Auto", f"{OURS.of('Karl-Heinz Müller')}s Auto"),
        ("Алена пришла", f"{OURS.of('Алёна Иванова')} пришла"),
        (unicodedata.normalize("NFD", "für José"), f"fu\u0308r {OURS.of('José García')}"),
    ],
)
def test_people_are_named_in_what_others_say(text: str, expected: str) -> None:
    """Full names, first and last names, mentions, possessives, any accents and scripts."""
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Will you come? I will.",
        "- Will it rain? He said: “Will it?”",
        "malice, a baker's dozen, free will, klein aber fein",
        "the user said so, User",
        "malicebakers zedding amazed",
        "Person 7f3a9c12 and [secret 12345678]",
        "",
    ],
)
def test_words_that_are_no_names_are_left(text: str) -> None:
    """Ordinary words, parts of words, and nobody in particular."""
    assert told(text) == text


def test_a_first_name_of_several_people_is_nobody_s_alone() -> None:
    """It has a pseudonym of its own, as nothing says whose it is."""
    shared = told("Anna came").removesuffix(" came")
    assert shared not in {OURS.of("Anna Klein"), OURS.of("Anna Groß")}
    assert OURS.hide("Anna came").values == {shared: "Anna"}


def test_what_a_pseudonym_stands_for() -> None:
    """What stood there, or the full name where it stood in several forms."""
    assert OURS.hide("Alice came").values == {ALICE: "Alice"}
    assert OURS.hide("Alice came, and Alice Baker left").values == {ALICE: "Alice Baker"}


def test_who_comes_in_is_known_from_then_on() -> None:
    """Texts that were hidden before are hidden anew with the new names."""
    known = [People(version=1, names=frozenset({"Alice Baker"}))]
    ours = Pseudonyms(KEY, lambda: known[0])
    veil = Veil(Redactor(key=lambda: KEY), ours)
    assert veil.hide("Zoe and Alice").text == f"Zoe and {ALICE}"
    known[0] = People(version=2, names=frozenset({"Alice Baker", "Zoe"}))
    assert veil.hide("Zoe and Alice").text == f"{ours.of('Zoe')} and {ALICE}"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "Alice alice baker Baker @ Will will zed 王芳 bob@example.org +491712345678"
            ' \' s : \n . , "Zed" -'.split(" ")
        )
        | st.text(max_size=3),
        max_size=12,
    )
)
def test_hiding_twice_is_hiding_once(pieces: list[str]) -> None:
    """Values and people together: what was hidden has nobody left in it, nor anything else."""
    veil = Veil(Redactor(key=lambda: KEY), OURS)
    once = veil.hide(" ".join(pieces)).text
    assert veil.hide(once).text == once
    assert "Alice" not in once
    assert "王芳" not in once
