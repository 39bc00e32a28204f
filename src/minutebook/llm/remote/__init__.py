"""What the adapters for models behind a network share.

    server      where a server is, which key it gets, how patient we are with it
    keys        keys from the environment or the system keyring
    dialogue    messages as every provider takes them: in turns, tool traffic in pairs
    schemas     what tools take
    structured  a required tool where no tools can be called
    building    a reply, put together from the pieces of a stream
    lengths     how servers say that something is too long
    failures    the one table from what a server says to what our errors mean
    transport   what may go wrong under the SDKs, and how long a silence may last
    results     what the batches of all providers share
    connection  the client of one server, and the errors that come out of it
    calling     the order of a streamed call, the same for every SDK
    model       a model at its server, which learns what the server takes
    batches     the batches of a server: names, patience, lists
    provider    a server: its connections, and the list of its models

The one decision: an SDK carries bytes and knows the types. Retrying, waiting, giving up and saying
what happened are ours, so that they are the same for every provider.
"""

from __future__ import annotations
