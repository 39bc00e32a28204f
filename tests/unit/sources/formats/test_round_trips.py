"""What is written in a format is read as it was, in every format there is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generating import FORMS, Form, form_named, put, put_zipped
from generating.tellings import expected, told
from minutebook.sources import registry
from minutebook.sources.containers import Filter, files_of, sources_of
from minutebook.sources.parsed import Parsed, Unreadable
from minutebook.sources.source import ReadingOptions, Source

FORMATS = registry.built_in()
OPTIONS = ReadingOptions(zone=ZoneInfo("UTC"))
NAMES = [form.name for form in FORMS]


def parsed(path: Path, form: Form) -> Iterator[Parsed]:
    """Read what lies below a path, as what it is taken for."""
    for file in files_of(path, Filter().admits):
        for source in sources_of(file, OPTIONS):
            assert isinstance(source, Source), source
            detection = registry.detect(source, FORMATS)
            assert detection.format.name == form.format, source.place
            yield from detection.format.parse(source)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1 << 30), talks=st.integers(1, 3), pairs=st.integers(1, 12))
def test_what_is_written_is_read(name: str, seed: int, talks: int, pairs: int) -> None:
    """Every talk with all that the form can carry, from a folder and from a zip; nothing else."""
    form = form_named(name)
    invented = form.invented(seed, talks=talks, messages=2 * pairs)
    with tempfile.TemporaryDirectory() as folder:
        place = put(form.write(invented), Path(folder, "log"))
        zipped = put_zipped(form.write(invented), Path(folder, "log.zip"))
        for path in (place, zipped):
            items = list(parsed(path, form))
            assert [item for item in items if isinstance(item, Unreadable)] == []
            assert sorted(told(form, items)) == sorted(expected(form, one) for one in invented)


def test_every_format_is_written() -> None:
    """So that none is left out of what is tried with generated logs."""
    assert {form.format for form in FORMS} == {format_.name for format_ in FORMATS}
