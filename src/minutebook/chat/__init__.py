"""Conversations held here.

Nouns: a *reply* is an answer on its way; it becomes a turn when it has ended, however it ended. A
*branch* is one way through a conversation in which something was said otherwise or answered anew;
one branch is read, the others were left and can be taken again. The *outbox* holds what a person
has said while a reply was on its way. *Options* are model and instructions of one conversation.

Verbs: say, answer, stop, say again (which begins a branch), answer anew (which does too), take a
branch, queue and withdraw, mark, recover what a process that has gone left behind.
"""

from __future__ import annotations
