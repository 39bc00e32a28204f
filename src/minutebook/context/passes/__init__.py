"""What leaves a prompt when room is made, and how it comes back.

A pass reads what could leave (`surveying`), asks for one step after the other (`tiers`, `pressing`
where those are not enough, `opening` for a log that was long before), has made what the steps need
(`making`), and is kept in one transaction (`keeping`). A trial run takes the same steps with sizes
alone (`foreseeing`).

    need        a prompt that needs room
    surveying   from the store to what could leave
    exchanges   where exchanges begin, and how many a small window has room for
    tiers, pressing, opening, words
                what leaves next, as pure functions over values
    stepping    the steps of one pass, one after the other
    making, merging, naming
                summaries, and the story as it goes on
    keeping     layout, story and record of a pass; its undoing
    growing     more is shown again when there is room again
    leasing, stopping
                one pass at a time, which a person may stop
    compaction  the verbs
"""

from __future__ import annotations
