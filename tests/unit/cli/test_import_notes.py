"""What an import says of how it read a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import minutebook

GUESSED = "Its dates can be read in more than one way; they were read {}."


@pytest.mark.parametrize(
    ("day", "order", "said"),
    [
        ("03/04/2024", "day_first", [GUESSED.format("day first")]),
        ("03/04/2024", "month_first", [GUESSED.format("month first")]),
        ("23/04/2024", "day_first", []),
    ],
)
def test_a_guessed_order_of_dates_is_told(
    tmp_path: Path, day: str, order: str, said: list[str]
) -> None:
    """With the setting that decides it; in JSON and in narration. Dates that tell need none."""
    chat = tmp_path / "WhatsApp Chat with Ana.txt"
    chat.write_text(f"{day}, 10:15 - Ana: hello\n{day}, 10:16 - Bo: The ferry leaves at noon.\n")
    options = ("--set", f"sources.date_order={order}", str(chat))
    (report,) = minutebook(tmp_path / "json", "import", "--json", *options).json
    assert [note.partition(" If ")[0] for note in report["notes"]] == said
    for home, command in (("text", ["import"]), ("engine", ["--no-ui", "--once"])):
        ran = minutebook(tmp_path / home, *command, *options)
        assert ("sources.date_order" in ran.err) is bool(said)
