"""What is said above the input while an answer is on its way."""

from __future__ import annotations

from minutebook.events import ReplyFailed, ReplyStarted, TextArrived
from minutebook.tui.notices import Notice, Notices

STARTED = ReplyStarted(conversation="cv_1", model="offline")
TEXT = TextArrived(conversation="cv_1", text="a")


def test_what_takes_long_is_said_until_the_answer_comes() -> None:
    """It is taken away by the first words, and only where it stands still."""
    notices = Notices()
    assert notices.of(STARTED) == Notice("")
    notices.expect("100,000 turns are read")
    assert notices.of(STARTED) == Notice("100,000 turns are read")
    assert notices.of(TEXT) == Notice("", instead_of="100,000 turns are read")
    assert notices.of(TEXT) is None
    assert notices.of(STARTED) == Notice("")


def test_a_failure_ends_it() -> None:
    """What went wrong stands there then, and the next answer begins without it."""
    notices = Notices()
    notices.expect("100,000 turns are read")
    notices.of(STARTED)
    failed = notices.of(ReplyFailed(conversation="cv_1", turn=None, reason="It broke."))
    assert failed is not None
    assert failed.text.startswith("It broke.")
    assert notices.of(STARTED) == Notice("")
