"""`status --prometheus`: read back by a parser of the format, which takes nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from terminal import minutebook

from minutebook.cli.prometheus import Family, Sample, written

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (\S+)")
_COMMENT = re.compile(rf"# (HELP|TYPE) ({_NAME}) (.*)")
_MEANT = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
Key = tuple[str, frozenset[tuple[str, str]]]


def parsed(text: str) -> dict[Key, float]:
    """Return every number of a text. Fails on whatever the format does not allow."""
    assert text.endswith("\n")
    found: dict[Key, float] = {}
    types: dict[str, str] = {}
    helped: set[str] = set()
    for line in text.split("\n")[:-1]:
        if comment := _COMMENT.fullmatch(line):
            kind, name, said = comment.groups()
            if kind == "HELP":
                assert name not in helped
                helped.add(name)
            else:
                assert said in {"counter", "gauge"}
                assert name not in types, "a family in two places"
                types[name] = said
            continue
        sample = _SAMPLE.fullmatch(line)
        assert sample is not None, line
        name, labels, value = sample.groups()
        assert name == list(types)[-1], "a number outside of its family"
        assert name in helped
        assert name.endswith("_total") == (types[name] == "counter")
        key = (name, labels_of(labels or ""))
        assert key not in found
        found[key] = float(value)
    return found


def labels_of(text: str) -> frozenset[tuple[str, str]]:
    """Return labels by name, with what was escaped as it was."""
    labels = []
    at = 0
    while at < len(text):
        label = _LABEL.match(text, at)
        assert label is not None, text
        name, value, _ = label.groups()
        labels.append((name, re.sub(r"\\.", lambda each: _MEANT[each[0]], value)))
        at = label.end()
    assert len({name for name, _ in labels}) == len(labels)
    return frozenset(labels)


def of(name: str, **labels: str) -> Key:
    """Return the key of a number."""
    return f"minutebook_{name}", frozenset(labels.items())


def test_an_empty_home(tmp_path: Path) -> None:
    """Every state that there can be is there, with nothing in it."""
    found = parsed(minutebook(tmp_path, "status", "--prometheus").out)
    assert found[of("turns")] == 0
    assert found[of("batches", state="open")] == 0
    assert found[of("page_summaries", state="final")] == 0
    assert found[of("batch_saved_usd_total")] == 0


def test_a_home_with_work(tmp_path: Path) -> None:
    """The numbers are those of the status in JSON, by kind and state."""
    log = tmp_path / "#harbour.log"
    log.write_text("".join(f"2024-01-01T10:{n:02}:00  <Ana> Line {n}.\n" for n in range(9)))
    minutebook(tmp_path / "home", "import", str(log))
    status = minutebook(tmp_path / "home", "status", "--json").json
    found = parsed(minutebook(tmp_path / "home", "status", "--prometheus").out)
    assert found[of("turns")] == status["turns"] == 9
    jobs = {key: value for key, value in found.items() if key[0] == "minutebook_jobs"}
    assert sum(jobs.values()) == sum(status["jobs"].values()) > 0
    assert all({name for name, _ in labels} == {"kind", "state"} for _, labels in jobs)


@given(value=st.text(), help_=st.text())
@settings(max_examples=200, deadline=None)
def test_labels_of_any_text(value: str, help_: str) -> None:
    """Whatever a model is called, it stays inside of its quotes; only line ends are simplified."""
    family = Family(
        name="x", kind="gauge", help=help_, samples=[Sample(value=1, labels={"model": value})]
    )
    ((key, number),) = parsed(written([family])).items()
    assert number == 1
    assert key == of("x", model=value.replace("\r", " "))


def test_families_without_numbers_are_left_out() -> None:
    """A name without a number says nothing."""
    assert written([Family(name="x", kind="gauge", help="h", samples=[])]) == ""
