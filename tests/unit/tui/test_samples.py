"""The names of places that are watched."""

from __future__ import annotations

from minutebook.tui.samples import find_samples, place_name


def test_samples_have_a_name_instead_of_a_path() -> None:
    """Where they lie is of no interest; any other folder is named by its path."""
    assert place_name(str(find_samples()), 40) == "the samples"
    assert place_name("/srv/chats", 40) == "/srv/chats"
