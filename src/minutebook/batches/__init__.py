"""Summaries of pages: a stand-in at once, and a model's later, at half price where there is one.

Nouns, see `domain.batches`: an *order* is one summary wanted of one page by one model, named by
page, content, prompts and model; a *batch* is many of them handed to a provider at once, an
*item* one request in it, an *approval* work that waits for a person's yes, a *pause* a provider
that nothing is sent to for a while.

Verbs, in the order of the work:

    summaries   give a page its stand-in, and order a model's summary
    planning    name what is ordered; wake the dispatcher
    estimating  say what orders would cost, with batches and without
    dispatching decide: now, as a batch, or held for a yes
    loading     put batches together and write them down
    asking      read what an order is about, and put it as a request
    parcels     the files that batches are sent from and results are read from
    releasing   end a batch that is never made
    polling     say when a batch is asked for again
    carrying    bring one batch a step further: send, poll, cancel, fetch
    doubting    find out whether a batch was made of which nobody knows
    answering   ask a model for one order, now
    judging     what an answer, or a failure, means for an order
    settling    write down what became of orders: summaries, charges, attempts, parts
    splitting   halve what is too long; make one summary of those of the parts
    keeping     resolve the references of a summary to turns, and keep it
    room        what front ends call

The decision behind it all: what is about to be sent is written down before it is sent, all of it,
and every step can be taken again. Nothing is sent a second time while nobody knows
whether it arrived the first time.
"""

from __future__ import annotations

from minutebook.batches.means import BatchSettings, Means
from minutebook.batches.planning import Plan
from minutebook.batches.room import BatchRoom
from minutebook.batches.summaries import PageSummaries

__all__ = ["BatchRoom", "BatchSettings", "Means", "PageSummaries", "Plan"]
