"""Every setting, with its type, rule, default and meaning.

A docstring stands under each field: it is what `config show` and the commented file print. The
rules are named in annotations only; `schema` evaluates them when settings are first loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from minutebook.config.rules import (
        ADDRESS,
        FALLBACK,
        GLOBS,
        KINDS,
        MODEL,
        STYLE,
        THEME,
        VARIABLE,
        ZONE,
        between,
    )


class Origin(StrEnum):
    """Who set a value; a later one wins over an earlier one."""

    DEFAULT = "default"
    FILE = "config.toml"
    ENVIRONMENT = "environment"
    FLAG = "flag"


class BatchMode(StrEnum):
    """When work is sent to a model as a batch, at half price and with patience."""

    AUTO = "auto"
    BATCH = "batch"
    NOW = "now"


class Protocol(StrEnum):
    """What a server of models speaks."""

    OPENAI = "openai"
    """Chat Completions: OpenAI, Ollama, vLLM, llama.cpp, most gateways."""
    ANTHROPIC = "anthropic"
    """The Messages API."""


class CompactionMode(StrEnum):
    """Who makes room when a conversation has outgrown what a model is shown of it."""

    AUTO = "auto"
    ASK = "ask"
    OFF = "off"


class Pseudonyms(StrEnum):
    """Where pseudonyms stand in the place of names."""

    OFF = "off"
    MODELS = "models"
    """For models behind a network; the record has their names."""
    RECORD = "record"
    """In what is imported from logs, as it is written into the record; and for models."""


class DateOrder(StrEnum):
    """How to read 03/04/2024 when the file itself does not tell."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Which model does what. `offline` needs no key and no network."""

    chat: Annotated[str, MODEL] = "offline"
    """Answers in the chat."""
    scribe: Annotated[str, MODEL] = "offline"
    """Revises the living documents."""
    summary: Annotated[str, MODEL] = "offline"
    """Summarises closed pages."""
    annotate: Annotated[str, MODEL] = "offline"
    """Finds terms and names for the glossary."""
    write: Annotated[str, MODEL] = "offline"
    """Writes the journal."""
    fallback: Annotated[str, FALLBACK] = ""
    """Answers when a model has too much to do or cannot be reached; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A server of models. NAME is what their names have before the colon; `anthropic` and `openai`
    are known without being listed, and may be listed to use another address."""

    protocol: Protocol = Protocol.OPENAI
    """What the server speaks; `anthropic` and `openai` speak their own."""
    base_url: Annotated[str, ADDRESS] = ""
    """Where the server is, up to what comes before `/chat/completions` or `/v1/messages`."""
    key_env: Annotated[str, VARIABLE] = ""
    """Name of the environment variable that holds the key; empty when it is in the system keyring
    (service minutebook, user NAME) or not needed."""
    context_window: Annotated[int, between(0, 100_000_000)] = 0
    """How many tokens its models take; 0 to go by what the server says."""
    batches: bool = False
    """Whether a server of your own has the batches of its protocol; `anthropic` and `openai` do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """How models behind a network are called."""

    attempts: Annotated[int, between(1, 20)] = 4
    """A call that fails before its first word is made this often."""
    longest_wait_seconds: Annotated[float, between(0, 86_400)] = 60.0
    """The longest wait between two attempts; a provider that asks for more is given up at once."""
    connect_seconds: Annotated[float, between(0.05, 3_600)] = 10.0
    """How long a connection may take."""
    first_byte_seconds: Annotated[float, between(0.05, 86_400)] = 600.0
    """How long an answer may take to begin: a local model may have to be loaded first."""
    silence_seconds: Annotated[float, between(0.05, 86_400)] = 120.0
    """An answer that says nothing for this long has broken off."""
    reply_characters: Annotated[int, between(1_000, 100_000_000)] = 4_000_000
    """An answer is cut at this length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """Background work at half price."""

    mode: BatchMode = BatchMode.AUTO
    """`auto` uses batches where the provider has them, `batch` insists, `now` never waits."""
    poll_seconds: Annotated[float, between(0.05, 86_400)] = 60.0
    """How often a batch is asked for its state: sooner at first, later ten times less often."""
    small: Annotated[int, between(0, 100_000)] = 20
    """With `auto`, fewer pages than this are not worth a batch."""
    linger_seconds: Annotated[float, between(0, 3_600)] = 5.0
    """For how long more pages are waited for before a batch is made."""
    requests: Annotated[int, between(1, 100_000)] = 2_000
    """At most so many requests in one batch: small batches end sooner."""
    megabytes: Annotated[float, between(0.01, 200)] = 32.0
    """At most so much in one batch."""
    prompt_tokens: Annotated[int, between(500, 10_000_000)] = 90_000
    """A page with a longer prompt is summarised in parts: some models cost more above a limit."""
    grace_seconds: Annotated[float, between(0.05, 86_400)] = 900.0
    """A batch of which nobody knows whether it arrived is looked for this long, then sent anew."""
    now_per_minute: Annotated[int, between(0, 100_000)] = 120
    """At most so many summaries a minute without batches, of all workers; 0 is no limit."""
    now_if_unanswered: bool = True
    """With `auto`, whether pages that no batch answers are asked for now, at the full price."""
    forget_applied: bool = True
    """Whether providers are told to delete what is in a batch once all of it is here to stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """When a run of turns becomes a page."""

    tokens: Annotated[int, between(50, 1_000_000)] = 4000
    """A page closes when it reaches this many estimated tokens."""
    pause_minutes: Annotated[int, between(1, 525_600)] = 360
    """A page closes after a pause this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a model is shown of a conversation; what is out of sight comes back by its page."""

    compaction: CompactionMode = CompactionMode.AUTO
    """`auto` makes room when it gets tight, `ask` says so and waits for you, `off` never does."""
    tokens: Annotated[int, between(1_000, 100_000_000)] = 60_000
    """Room is made for prompts to have no more tokens than this, and never more than their model
    takes. Where nothing more can leave, a larger prompt is sent all the same, and that is said."""
    reply_tokens: Annotated[int, between(64, 1_000_000)] = 8_192
    """An answer has no more tokens than this; so much room is kept for it."""
    low: Annotated[float, between(0.05, 0.95)] = 0.60
    """Making room stops when a prompt is below this share of its tokens."""
    high: Annotated[float, between(0.10, 0.98)] = 0.80
    """Making room begins when a prompt has this share of its tokens."""
    emergency: Annotated[float, between(0.10, 1.0)] = 0.90
    """From this share on, old thinking goes too, and old long answers are shortened."""
    story_share: Annotated[float, between(0.01, 0.5)] = 0.10
    """Of the tokens, at most: the story so far, which old summaries are merged into."""
    words_share: Annotated[float, between(0.0, 0.5)] = 0.20
    """Of the tokens, at most: what people said or pinned on summarised pages, word for word."""
    slot_share: Annotated[float, between(0.0, 0.5)] = 0.20
    """Of the tokens, at most: pages that were brought back."""
    recall: bool = True
    """Whether pages that matter for what was said last are looked for, and brought back."""
    recall_share: Annotated[float, between(0.0, 0.5)] = 0.05
    """Of the tokens, at most: excerpts that a search brings back, a few per cent of a prompt."""
    tool_rounds: Annotated[int, between(0, 50)] = 4
    """So often a model may look for pages before it answers; 0 offers it no tools."""
    keep_exchanges: Annotated[int, between(0, 1_000)] = 4
    """So many of the last exchanges are never summarised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """How chat logs are found and read."""

    zone: Annotated[str, ZONE] = ""
    """Time zone of logs that name none; empty means the zone of this machine."""
    date_order: DateOrder = DateOrder.DAY_FIRST
    """How 03/04/2024 is read when the file itself does not tell."""
    quiet_seconds: Annotated[float, between(0, 3600)] = 1.0
    """A watched file is read when it has not changed for this long."""
    include: Annotated[tuple[str, ...], GLOBS] = ("*",)
    """Files are read when one of these globs fits; watched folders may have globs of their own."""
    exclude: Annotated[tuple[str, ...], GLOBS] = (
        "*.tmp",
        "*.part",
        "*.crdownload",
        "*.swp",
        "*~",
        "README*",
        ".DS_Store",
        ".git",
        "node_modules",
    )
    """Files and folders that one of these globs fits are left out, even when included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """The living documents."""

    enabled: bool = True
    """Whether conversations are woven into documents."""
    style: Annotated[str, STYLE] = "factual"
    """How documents are written, unless one has a style of its own: see `scribe styles`."""
    budget_characters: Annotated[int, between(500, 1_000_000)] = 24_000
    """A document that outgrows this many characters has its older sections condensed."""
    slice_characters: Annotated[int, between(500, 1_000_000)] = 12_000
    """Turns that wait together are told in one update up to this many characters."""
    mirror: str = ""
    """Folder where each document is kept as a file that any editor may change; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """The loops that do the background jobs."""

    summarise: Annotated[int, between(1, 64)] = 2
    """How many pages are summarised at once."""
    scribe: Annotated[int, between(1, 64)] = 2
    """How many documents are revised at once."""
    lease_seconds: Annotated[float, between(0.1, 86_400)] = 60.0
    """A job whose worker was silent for this long is given to another."""
    max_attempts: Annotated[int, between(1, 100)] = 5
    """A job that failed this often waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ui:
    """The workbench."""

    theme: Annotated[str, THEME] = "minutebook-dark"
    """Name of the colours: one that ships, or one from your own themes folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What may be spent."""

    confirm_above_usd: Annotated[float, between(0, 1_000_000)] = 1.0
    """Work that is estimated to cost more US dollars than this waits for a yes."""
    confirm_above_tokens: Annotated[int, between(0, 1_000_000_000_000)] = 1_000_000
    """Work with more tokens than this waits for a yes when its model has no price."""
    per_day_usd: Annotated[float, between(0, 1_000_000)] = 0.0
    """When a day has cost this many US dollars, work by models waits for the next; 0 is no cap."""
    per_job_usd: Annotated[float, between(0, 1_000_000)] = 0.0
    """When one job, such as a document's, has cost this much in a day, it waits; 0 is no cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """When pages that nobody needs leave the store; they can still be found, read and quoted."""

    enabled: bool = True
    """Whether pages leave by themselves; what you archive yourself leaves all the same."""
    keep_days: Annotated[float, between(0, 36_500)] = 180.0
    """For so many days after it came in, or was last brought back, no page leaves by itself."""
    threshold: Annotated[float, between(0, 1)] = 0.25
    """A page leaves when less than this speaks for keeping it: see `archive explain`."""
    grace_days: Annotated[float, between(0, 3_650)] = 14.0
    """For so many days a page waits for its review before it leaves."""
    maintenance_hours: Annotated[float, between(0.01, 8_760)] = 24.0
    """How often pages are looked at, archived and verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """SQL over the record: what one query may take."""

    seconds: Annotated[float, between(0.1, 86_400)] = 60.0
    """A query that works for longer is stopped."""
    memory_mb: Annotated[int, between(64, 1_000_000)] = 1_024
    """Megabytes of memory; what needs more goes to temporary files."""
    temp_mb: Annotated[int, between(1, 1_000_000)] = 4_096
    """Megabytes of temporary files; a query that needs more fails."""
    threads: Annotated[int, between(1, 256)] = 2
    """How many threads work on a query."""
    rows: Annotated[int, between(1, 1_000_000_000)] = 10_000
    """How many rows are shown in the workbench; the rest is said to be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What models behind a network are not told. In what they answer, it stands again."""

    redact: Annotated[tuple[str, ...], KINDS] = ("secret", "e-mail", "phone", "card", "iban")
    """Kinds of values that models see as placeholders; `secret` is keys, tokens and passwords."""
    pseudonyms: Pseudonyms = Pseudonyms.OFF
    """`models` gives people pseudonyms in what models are told; `record` also in what is imported
    from logs, where `redact` is hidden for good too. What you type here stays as you typed it, and
    so do the paths that you watch. That needs a key of yours: see `privacy key`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. `Settings()` is the defaults."""

    models: Models = field(default_factory=Models)
    providers: Mapping[str, Provider] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )
    """Servers of models by name, as far as they are listed."""
    batches: Batches = field(default_factory=Batches)
    pages: Pages = field(default_factory=Pages)
    context: Context = field(default_factory=Context)
    sources: Sources = field(default_factory=Sources)
    scribe: Scribe = field(default_factory=Scribe)
    workers: Workers = field(default_factory=Workers)
    ui: Ui = field(default_factory=Ui)
    costs: Costs = field(default_factory=Costs)
    calls: Calls = field(default_factory=Calls)
    archive: Archive = field(default_factory=Archive)
    console: Console = field(default_factory=Console)
    privacy: Privacy = field(default_factory=Privacy)
    origins: Mapping[str, Origin] = field(
        default_factory=lambda: MappingProxyType({}), repr=False, hash=False, compare=False
    )
    """Who set a value, by `section.key`; defaults are not listed."""

    def origin(self, key: str) -> Origin:
        """Return who set the value of `section.key`."""
        return self.origins.get(key, Origin.DEFAULT)
