"""Times and words in JSON of any shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from json_logs import BERLIN, JUNK

from minutebook.sources.formats.json.values import Moment, moment_of, words_of

AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
SECONDS = int(AT.timestamp())


@pytest.mark.parametrize(
    "value",
    [
        SECONDS,
        float(SECONDS),
        SECONDS * 1_000,
        SECONDS * 1_000_000,
        SECONDS * 1_000_000_000,
        str(SECONDS),
        f"{SECONDS}.0",
        "2024-01-02T03:04:05Z",
        "2024-01-02T03:04:05.000000+00:00",
        "2024-01-02 05:04:05+02:00",
    ],
)
def test_times_with_a_zone_are_instants(value: object) -> None:
    """Epochs of any unit, and ISO 8601 with a zone."""
    assert moment_of(value, BERLIN) == Moment(at=AT, raw=str(value))


def test_a_time_without_a_zone_has_that_of_the_options() -> None:
    """And says that it was assumed."""
    moment = moment_of("2024-01-02T03:04:05", BERLIN)
    assert (moment.at, moment.zone_known) == (AT - timedelta(hours=1), False)


@pytest.mark.parametrize(
    "value",
    ["", "soon", "9999999", 1e300, float("nan"), float("-inf"), 10**400, "0001-01-01T00:00+14:00"],
)
def test_what_is_no_time_is_kept_as_written(value: object) -> None:
    """There is no instant, but what was there can be shown."""
    moment = moment_of(value, BERLIN)
    assert (moment.at, moment.raw) == (None, str(value)[:100])


@pytest.mark.parametrize("value", [None, True, [], {}])
def test_other_values_are_no_times(value: object) -> None:
    """Nothing is kept of them."""
    assert moment_of(value, BERLIN) == Moment()


@given(value=JUNK)
def test_any_value_has_words(value: object) -> None:
    """Strings if there are any, else the JSON text; never nothing."""
    assert words_of(value)
    moment_of(value, BERLIN)
