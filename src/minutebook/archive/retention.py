"""What speaks for keeping a page at hand: one score from 0 to 1, as a sum of bounded terms.

    score = 0.30 recency + 0.20 touch + 0.15 use + 0.20 salience + 0.10 outcome + 0.05 life

    recency   2^(-days since it was spoken on / 90)
    touch     2^(-days since it was brought back, or else came in / 30)
    use       (1 - 2^(-times it was brought back / 3)) * 2^(-days since the last time / 180)
    salience  1, 0.8, 0.5, 0.3, 0.1
    outcome   0, 0.5 or 1
    life      2^(-days of silence in its conversation / 60)

Sums of unbounded logarithms make one access an eternal life, and products let one bad term kill
everything else. A sum of bounded terms does neither: what each adds can be shown to a person. Age
counts in half-lives, as forgetting does (Ebbinghaus), and use saturates and fades, so that what was
looked up ten times two years ago may leave as well. With the threshold of 0.25 a page that nobody
brought back leaves after 97 days when it is noise, 124 when it is low, 161 when it is medium and
271 when it is high, and a critical one only when people called it bad; good or bad outcomes move
that by some months. What was pinned never leaves. Nor does what is fresh: for some months after a
page came in or was brought back, its age alone, as that of old logs just imported, moves nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minutebook.domain.archive import RetentionScore, Salience, Term, Worth

_SALIENCE = {
    Salience.CRITICAL: 1.0,
    Salience.HIGH: 0.8,
    Salience.MEDIUM: 0.5,
    Salience.LOW: 0.3,
    Salience.NOISE: 0.1,
}
_RECENCY_DAYS, _TOUCH_DAYS, _USE_DAYS, _LIFE_DAYS = 90.0, 30.0, 180.0, 60.0
_HALF_OF_USE = 3.0
"""After so many accesses half of what use can add is reached."""
_DAY = 86_400.0
_OUTCOMES = {-1: "called bad", 0: "nobody said", 1: "called good"}


def score(worth: Worth, now: datetime, keep: timedelta = timedelta()) -> RetentionScore:
    """Weigh a page. What lies in the future, by a wrong clock, counts as now.

    For the time of `keep` after it came in or was brought back it is fresh, and stays.
    """
    terms = (_recency(worth, now), _touch(worth, now), _use(worth, now), _salience(worth))
    return RetentionScore(
        terms=(*terms, _outcome(worth), _life(worth, now)),
        is_pinned=worth.is_pinned,
        is_fresh=now - _touched(worth) < keep,
    )


def explain(worth: RetentionScore, threshold: float) -> str:
    """Say in one line what a page is worth, and why."""
    if worth.is_pinned:
        return "It is pinned, and stays."
    if worth.is_fresh:
        return "It came in or was brought back not long ago (archive.keep_days), and stays."
    parts = " + ".join(f"{term.name} {term.share:.3f}" for term in worth.terms)
    end = "may leave" if worth.is_below(threshold) else "stays"
    return f"{worth.total:.3f} = {parts}; below {threshold:g} it leaves, so it {end}."


def _recency(worth: Worth, now: datetime) -> Term:
    days = _days(worth.spoken_at, now)
    return _term("recency", 0.30, _halved(days, _RECENCY_DAYS), f"spoken on {days:.0f} days ago")


def _touch(worth: Worth, now: datetime) -> Term:
    days = _days(_touched(worth), now)
    what = "came in" if worth.accessed_at is None else "brought back"
    return _term("touch", 0.20, _halved(days, _TOUCH_DAYS), f"{what} {days:.0f} days ago")


def _touched(worth: Worth) -> datetime:
    return max(worth.recorded_at, worth.accessed_at or worth.recorded_at)


def _use(worth: Worth, now: datetime) -> Term:
    value = 0.0
    if worth.accesses > 0 and worth.accessed_at is not None:
        seen = 1.0 - 2.0 ** (-worth.accesses / _HALF_OF_USE)
        value = seen * _halved(_days(worth.accessed_at, now), _USE_DAYS)
    return _term("use", 0.15, value, f"brought back {worth.accesses:,} times")


def _salience(worth: Worth) -> Term:
    return _term("salience", 0.20, _SALIENCE[worth.salience], worth.salience.value)


def _outcome(worth: Worth) -> Term:
    outcome = max(-1, min(1, worth.outcome))
    return _term("outcome", 0.10, (outcome + 1) / 2, _OUTCOMES[outcome])


def _life(worth: Worth, now: datetime) -> Term:
    days = _days(worth.silent_since, now)
    return _term("life", 0.05, _halved(days, _LIFE_DAYS), f"silent for {days:.0f} days")


def _term(name: str, weight: float, value: float, reason: str) -> Term:
    return Term(name=name, value=value, weight=weight, reason=reason)


def _halved(days: float, half_life: float) -> float:
    return float(2.0 ** (-days / half_life))


def _days(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds() / _DAY)
