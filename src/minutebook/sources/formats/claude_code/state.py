"""What must be known of the lines before to read a Claude Code session on from the middle.

It is bounded, so that it can be written into a checkpoint: lines refer to recent lines.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TypeVar

from minutebook.sources.formats.claude_code.branches import Branches
from minutebook.sources.formats.claude_code.records import Title
from minutebook.sources.formats.json.values import as_list, as_object, size_at, text_at
from minutebook.sources.parsed import Checkpoint

_REMEMBERED = 256
_ANY_SESSION = ""

_Value = TypeVar("_Value")


@dataclass(slots=True)
class SessionState:
    """What must be known to go on behind a line."""

    line: int = 1
    conversation: str = ""
    """Native id of the last one that was found."""
    session: str = ""
    """Of the last line that was said."""
    links: dict[str, str] = field(default_factory=dict)
    """Uuids of lines that are no turns of their own, and the turn that stands for each."""
    agents: dict[str, str] = field(default_factory=dict)
    """Uuids of lines of sub-agents without a name, and the first line of the same sub-agent."""
    branches: Branches = field(default_factory=lambda: Branches({}))
    """What is needed to tell which turns a prompt leaves behind."""
    titles: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Titles of sessions with their ranks; that of the whole file under an empty name."""

    @classmethod
    def of(cls, resume: Checkpoint | None) -> SessionState:
        """Read the state of a checkpoint."""
        members = as_object(json.loads(resume.state)) if resume and resume.state else {}
        return cls(
            line=size_at(members, "line") or 1,
            conversation=text_at(members, "conversation"),
            session=text_at(members, "session"),
            links=as_object(members.get("links")),
            agents=as_object(members.get("agents")),
            branches=Branches.of(as_list(members.get("branches"))),
            titles={name: (rank, text) for name, rank, text in as_list(members.get("titles"))},
        )

    def copy(self, line: int) -> SessionState:
        """Return the state as it is now, to go on with a line."""
        return replace(
            self,
            line=line,
            links=dict(self.links),
            agents=dict(self.agents),
            branches=self.branches.copy(),
            titles=dict(self.titles),
        )

    def checkpoint(self, offset: int) -> Checkpoint:
        """Write the state into a checkpoint."""
        members = {
            "line": self.line,
            "conversation": self.conversation,
            "session": self.session,
            "links": self.links,
            "agents": self.agents,
            "branches": self.branches.rows(),
            "titles": [(name, rank, text) for name, (rank, text) in self.titles.items()],
        }
        return Checkpoint(offset=offset, state=json.dumps(members, separators=(",", ":")))

    def link(self, uuid: str, turn: str) -> None:
        """Let a turn stand for a line."""
        _remember(self.links, uuid, turn)

    def agent_of(self, uuid: str, parent: str) -> str:
        """Return the first line of the sub-agent that a line belongs to, by the line before it."""
        agent = self.agents.get(uuid) or self.agents.get(parent)
        if agent is None:
            # A chain that is broken goes on with the last agent; one without a parent is new.
            agent = next(reversed(self.agents.values()), uuid) if parent else uuid
        _remember(self.agents, uuid, agent)
        return agent

    def entitle(self, title: Title) -> None:
        """Take a title of a session, unless it has a better one."""
        name = title.session or self.session or _ANY_SESSION
        known = self.titles.get(name)
        if known is None or title.rank <= known[0]:
            _remember(self.titles, name, (title.rank, title.text))

    def title(self, conversation: str) -> str:
        """Return the title of a conversation; sub-agents have none."""
        if "/agent-" in conversation:
            return ""
        known = [self.titles[name] for name in (conversation, _ANY_SESSION) if name in self.titles]
        return min(known, key=lambda title: title[0])[1] if known else ""


def _remember(known: dict[str, _Value], name: str, value: _Value) -> None:
    """Add to what is known, and forget the oldest of too many."""
    known.pop(name, None)
    known[name] = value
    if len(known) > _REMEMBERED:
        del known[next(iter(known))]
