"""Small conversations of our own, with the facts that a summary of each must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minutebook.llm.extractive import Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation and what must come out of it."""

    name: str
    passages: tuple[Passage, ...]
    facts: tuple[str, ...]
    """Each stands word for word in the summary."""
    subject: tuple[str, ...]
    """At least one of these words stands in the label."""


def passages_of(*said: tuple[str, str], model: str = "") -> tuple[Passage, ...]:
    """Return (speaker, text) pairs as passages numbered from 0; the model is no person."""
    return tuple(
        Passage(source=number, speaker=speaker, text=text, by_person=speaker != model)
        for number, (speaker, text) in enumerate(said)
    )


def one(text: str, speaker: str = "ana") -> list[Passage]:
    """Return a single passage."""
    return [Passage(source=0, speaker=speaker, text=text)]


def whole(passages: Sequence[Passage]) -> str:
    """Return all that was said, as written."""
    return "\n".join(passage.text for passage in passages)


FERRY = Talk(
    name="family",
    passages=passages_of(
        ("Ana", "good morning!!"),
        ("Ben", "morning :)"),
        ("Ana", "when do we leave for the cottage?"),
        ("Ben", "the ferry to the cottage leaves on friday the 4th at 10:15 from the north pier"),
        ("Cleo", "ok"),
        ("Cleo", "lol i thought it was saturday"),
        ("Ana", "we decided that Cleo brings the stove, and Ben books the ferry tickets"),
        ("Ben", "ferry tickets are 48 euros each, i need your passport numbers by wednesday"),
        ("Cleo", "👍👍👍"),
        ("Ana", "thanks!"),
        ("Cleo", "careful with food, my daughter Mia is allergic to walnuts"),
        ("Ben", "noted"),
        ("Ana", "great, see you all on friday"),
    ),
    facts=("friday the 4th at 10:15", "Cleo brings the stove", "48 euros", "allergic to walnuts"),
    subject=("ferry", "cottage", "tickets"),
)

CAUSE = """I'd be happy to help! Let me look at the importer.

```python
def load(rows):
    cursor.executemany(INSERT_SENSOR, rows)
```

The import fails because `executemany` holds one transaction for all **sensor readings**, and the
new server has a statement timeout of 30 seconds."""

CHANGE = """You're right. I changed importer/load.py to write the sensor readings with COPY in
batches of 5,000 rows, which takes 4 seconds for a night.

| step | before | after |
|------|--------|-------|
| load | 41 s   | 4 s   |

Let me know if you need anything else!"""

CODING = Talk(
    name="coding",
    passages=passages_of(
        ("user", "The nightly import of the sensor readings fails since we moved to Postgres 16."),
        ("model", CAUSE),
        ("user", "ok. don't raise the timeout, it protects the dashboards"),
        ("model", CHANGE),
        ("user", "perfect, thanks"),
        model="model",
    ),
    facts=("Postgres 16", "statement timeout of 30 seconds", "raise the timeout", "5,000 rows"),
    subject=("import", "sensor", "Postgres", "readings"),
)

VEREIN = Talk(
    name="german",
    passages=passages_of(
        ("Jörg", "Guten Morgen zusammen"),
        ("Heike", "Moin, z.B. Dr. Weber fragt, wann das Sommerfest stattfindet."),
        ("Jörg", "Wir haben beschlossen, das Sommerfest auf den 12. Juli zu verschieben."),
        ("Heike", "ok danke"),
        ("Jörg", "Das Zelt kostet 380 Euro, die Feuerwehr leiht uns die Bänke fürs Sommerfest."),
        ("Heike", "super!!"),
    ),
    facts=("12. Juli zu verschieben", "380 Euro"),
    subject=("Sommerfest",),
)

BEIJING = Talk(
    name="chinese",
    passages=passages_of(
        ("小王", "早上好"),
        ("小李", "我们什么时候去北京？"),
        ("小王", "我们决定星期五坐火车去北京，火车票每张五百元。"),
        ("小李", "好的"),
        ("小李", "北京的酒店已经预订了，需要带护照。"),
        ("小王", "谢谢！"),
    ),
    facts=("我们决定星期五坐火车去北京", "需要带护照"),
    subject=("北京", "火车"),
)

TALKS = (FERRY, CODING, VEREIN, BEIJING)
