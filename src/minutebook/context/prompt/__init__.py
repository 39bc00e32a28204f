"""What is sent: from a layout to the request for a reply.

branching   the layout follows the branch that is read
sight       which turns a layout shows, and how much of the prompt each layer is
account     the same figures, without counting history anew
framing     the parts of a prompt that stand between tags, filled from `frames/`
pairing     calls of tools stay with their results
cutting     turns that are too large for any window
assembly    from a layout to messages
asking      from messages to the request
inspecting, printing
            the request as people look at it
"""

from __future__ import annotations
