"""Commands that are typed into the composer, such as `/model offline`.

    text ─► parsing ─► command ─► its handler
      └──► completion ◄─ choices (models, pages, styles, files)

`parsing`, `commands` and `completion` are pure. A command is a small declared thing; handlers stand
by concern in `about_…` modules. One that is not known is never sent to a model.
"""

from __future__ import annotations
