"""A chat with a scripted model, and what happens in it."""

from __future__ import annotations

from doubles import FakeClock
from minutebook.chat.branches import go_back
from minutebook.chat.chat import Chat
from minutebook.chat.means import Means
from minutebook.chat.settings import ChatSettings
from minutebook.chat.tools import Heed, Tools, heed_nothing
from minutebook.config import Context as ContextSettings
from minutebook.context.means import Means as ContextMeans
from minutebook.context.passes.need import MakeRoom
from minutebook.context.room import Context
from minutebook.domain.chats import PartialReply
from minutebook.domain.turns import Role, Turn
from minutebook.events import Bus, Event
from minutebook.llm.protocol import Model, Passage
from minutebook.llm.scripted import Line, ScriptedModel
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.store import turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

POLICY = RecordPolicy(paging=PagingPolicy())


class Talk:
    """A chat with a scripted model, and what happens in it."""

    def __init__(
        self,
        database: Database,
        clock: FakeClock,
        *script: Line,
        owner: str = "here",
        policy: RecordPolicy = POLICY,
        context: ContextSettings | None = None,
        make_room: MakeRoom | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.model = ScriptedModel(script)
        self.bus = Bus()
        self.found: tuple[Passage, ...] = ()
        self.gone: set[str] = set()
        """Owners that have gone."""
        self.wanted: list[str] = []
        """Names of the models that were asked for."""
        self.owner = owner
        self.policy = policy
        self.context_settings = context or ContextSettings()
        self.make_room = make_room
        self.tools = Tools()
        self.heed: Heed = heed_nothing
        self.chat = self.chat_with(self.model, clock)
        self.events: list[Event] = []

    def chat_with(self, model: Model, clock: FakeClock) -> Chat:
        """Return a chat with a model."""

        async def find(question: str) -> tuple[Passage, ...]:
            return self.found

        def get(name: str) -> Model:
            self.wanted.append(name)
            return model

        self.context = Context(
            ContextMeans(
                database=self.database,
                clock=clock,
                settings=self.context_settings,
                models=get,
                chat_model=model.name,
                counter=TokenCounter(),
                find_passages=find,
                go_back=go_back,
            ),
            self.make_room,
        )
        settings = ChatSettings(
            model=model.name,
            policy=self.policy,
            owner=self.owner,
            is_gone=lambda owner: owner in self.gone,
            pages_closed=self.context.snapshots.pages_closed,
        )
        return Chat(
            Means(
                database=self.database,
                models=get,
                prompts=self.context,
                settings=settings,
                bus=self.bus,
                clock=clock,
                tools=self.tools,
                heed=self.heed,
            )
        )

    def equip(self, *, tools: Tools | None = None, heed: Heed = heed_nothing) -> Talk:
        """Let the model call tools, and somebody be told of its replies."""
        self.tools, self.heed = tools or Tools(), heed
        self.chat = self.chat_with(self.model, self.clock)
        return self

    def reply(self, conversation: str) -> PartialReply:
        """Return a reply of which nothing has come."""
        return PartialReply(
            conversation=conversation,
            key="reply",
            model=self.model.name,
            owner=self.owner,
            started_at=self.clock(),
        )

    async def answered(self, conversation: str) -> Turn | None:
        """Let the model answer, and keep what is told meanwhile."""
        with self.bus.subscribe() as heard:
            turn = await self.chat.answer(conversation)
            self.events = heard.drain()
        return turn

    async def said(self, conversation: str) -> list[tuple[Role, str]]:
        """Return what is in the record."""

        def work(tx: Transaction) -> list[Turn]:
            return turns.forward(tx, conversation, limit=100)

        return [(turn.role, turn.content.text) for turn in await self.database.read(work)]

    def kinds(self) -> list[type[object]]:
        """Return what kinds of events there were, in order."""
        return [type(event) for event in self.events]

    def turn(self, tx: Transaction, conversation: str, key: str) -> Turn:
        """Return a turn of the record."""
        return turns.by_key(tx, conversation, key)
