"""A server of models for tests, over real sockets: it speaks both protocols, checks what it is sent
as the real ones do, and fails on demand in all the ways they can.

    wire              HTTP as far as it is needed
    saying            what a model says, and how an answer to a request goes wrong
    messages          Anthropic's Messages API
    completions       OpenAI's Chat Completions
    models            the server of direct calls, with its routes, its plan and its memory
    batches           the server of batches (and of direct calls), here or in another process
    batch_values      what it can be told and asked: Ending, Fault, Fate, Ledger …
    batch_desk        its memory: batches, their ends, who was charged for what
    batch_answers     what it answers to a request, and what that costs
    batch_faults      how its answers go wrong on their way
    batch_routes      from a path to what is asked for
    message_batches   Anthropic's Message Batches
    openai_batches    OpenAI's Batch API, with its files

The server of batches
---------------------
In this process, on the loop of the test; or in a process of its own, which survives its clients::

    async with batch_server() as server:        # server.root, server.desk
    with spawned_batch_server() as server:      # the same two, and server.process

`root` is the address for `anthropic` (ANTHROPIC_BASE_URL); `f"{root}/v1"` is that for `openai`
(OPENAI_BASE_URL). By hand: `cd tests && python -m servers [--port N]` prints its port on one line.
Any key will do; batches and files belong to the key that made them, others get 404.

`desk` has the same methods in both cases; they block, and those of a spawned server go over HTTP to
`/_test/NAME`:

    desk.ending(Ending(polls=2))        a batch ends when it was retrieved so often (default 1);
    desk.ending(Ending(seconds=0.3))    … so long after it was made, by the clock of the server;
    desk.ending(Ending())               … only when `finish` says so, or it expires
    desk.finish(); desk.finish(id)      end all open batches, or one, now
    desk.forward(90_000)                move the clock of the server; batches expire after 24 h,
                                        results of Message Batches are gone after 29 days
    desk.fault(Fault(...), ...)         spoil answers to come, each once unless `times` is more
    desk.fate(Fate(...), ...)           decide what becomes of requests that are sent from now on
    desk.ledger()                       Ledger: a Charge for each request that was done, in order
    desk.batches()                      what it knows of every batch, the oldest first
    desk.log()                          how often each Endpoint was asked, faults included
    desk.refused()                      what was wrong with requests, as the real servers see it
    desk.reset()                        forget everything

Answers are in the form of `llm/summaries.py`, made of the page that was sent: the label is the
first words of its first turn, each bullet has a speaker, the first words of a turn and its number,
the last bullet has `mark_of(text of the page's message)`, and names are listed behind it. Parts
that are to be merged keep every bullet. `reply_to(text)` is the whole text. Usage follows from the
size of the request; each charge has it, so that `Ledger.usage()` is the sum to the
token. A charge names its request by `request`, a hash of the content without the custom id:
`ledger().twice` are the requests that were done well (stop reason "end") more than once.

Faults (`Fault(on=Endpoint.CREATE, kind=FaultKind.CUT_AFTER, times=1, skip=0)`):

    REFUSE        answer `status` (with `error`, `message`, `retry_after`), and do nothing
    REFUSE_AFTER  do it, then answer `status`: the 504 behind which a batch was made
    CUT_BEFORE    cut the connection, and do nothing
    CUT_AFTER     do it, then cut before the first byte of the answer
    CUT_IN_HEAD   do it, then cut within the head of the answer
    CUT_IN_BODY   do it, then cut in the middle of the body, whose length had been told
    CUT_QUIETLY   do it, then end in the middle of the body, whose length had not been told
    HANG          do nothing, and say nothing for `seconds`, then cut
    HANG_AFTER    do it, and say nothing for `seconds`, then cut
    GARBAGE       do it, then answer 200 with a page of HTML
    CLOCK         on CREATE: the batch is made `seconds` from now, in the past or the future
    DUPLICATE UNKNOWN MISSING SWAPPED MALFORMED FOREIGN
                  on RESULTS: every line twice; lines of ids that nobody sent; the first line left
                  out; the answers of the first two ids exchanged; the first line broken; the lines
                  of another batch instead of its own

Fates (`Fate(contains="ferry", outcome=Doing.ERRORED, error="overloaded_error", times=1)`): requests
whose custom id or prompt contains the words; `every=3` takes each third of them, `times` so many at
most. ERRORED EXPIRED CANCELED end without a charge; the others are charged and answer with another
stop reason, or with nothing (EMPTY), or with thinking only; `cache_read_tokens` and
`cache_write_tokens` are added to the usage. `Fate(longer_than=3_000)` makes a window of so many
tokens (four characters each): longer prompts err with "prompt is too long", and both numbers.
Direct calls (/v1/messages, /v1/chat/completions) have the same answers, fates and ledger; their
charges have no batch.

Cancelled and expired batches have done `Ending.share` (one half) of their requests by then.
"""

from __future__ import annotations
