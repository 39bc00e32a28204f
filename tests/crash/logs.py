"""A folder of logs that gives an import something to do: several formats, pages, overlaps."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

_WORDS = (
    "ferry harbour winter route ice engine captain morning ticket weather north island cable"
).split()
_NAMES = ("Ana", "Bo", "Cyrus", "Dee")


def write_logs(folder: Path, turns: int) -> None:
    """Write the logs; `turns` is the length of each of the longer ones."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(11)
    lines = _irc(chance, turns)
    (folder / "#harbour.log").write_text("".join(lines), "utf-8")
    (folder / "#harbour-later.log").write_text("".join(lines[turns // 2 :]), "utf-8")
    (folder / "WhatsApp Chat with Ferry.txt").write_text(_whatsapp(chance, turns), "utf-8")
    (folder / "agent.jsonl").write_text(_claude_code(chance, turns // 2), "utf-8")
    (folder / "many.json").write_text(_sharegpt(chance, turns // 10), "utf-8")


def _text(chance: random.Random, most: int = 30) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(1, most)))


def _moments(chance: random.Random) -> datetime:
    return datetime(2024, 1, 1, 8, tzinfo=UTC) + timedelta(days=chance.randint(0, 100))


def _irc(chance: random.Random, turns: int) -> list[str]:
    at, lines = _moments(chance), []
    for _ in range(turns):
        at += timedelta(minutes=chance.choice([0, 1, 2, 5, 600]))
        said = _text(chance, 8) if chance.random() < 0.8 else "ok"
        lines.append(f"{at:%Y-%m-%dT%H:%M:%S}  <{chance.choice(_NAMES)}> {said}\n")
    return lines


def _whatsapp(chance: random.Random, turns: int) -> str:
    at, lines = _moments(chance), []
    for _ in range(turns):
        at += timedelta(minutes=chance.choice([0, 1, 2, 5, 600]))
        more = f"\n{_text(chance)}" if chance.random() < 0.2 else ""
        lines.append(f"{at:%d/%m/%Y, %H:%M} - {chance.choice(_NAMES)}: {_text(chance)}{more}\n")
    return "".join(lines)


def _claude_code(chance: random.Random, turns: int) -> str:
    at, lines, parent = _moments(chance), [], None
    for number in range(turns):
        at += timedelta(seconds=chance.randint(1, 90))
        is_user = number % 2 == 0
        role = "user" if is_user else "assistant"
        content = _text(chance) if is_user else [{"type": "text", "text": _text(chance)}]
        message: dict[str, object] = {"role": role, "content": content}
        if not is_user:
            message |= {"id": f"msg_{number}", "model": "m"}
        line = {
            "type": role,
            "uuid": f"u{number}",
            "parentUuid": parent,
            "sessionId": "s1",
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
            "message": message,
        }
        parent = f"u{number}"
        lines.append(json.dumps(line) + "\n")
    return "".join(lines)


def _sharegpt(chance: random.Random, conversations: int) -> str:
    return json.dumps(
        [
            {
                "conversations": [
                    {"from": "human" if n % 2 == 0 else "gpt", "value": _text(chance)}
                    for n in range(chance.randint(2, 6))
                ]
            }
            for _ in range(conversations)
        ]
    )
