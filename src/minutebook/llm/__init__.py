"""Language models behind one protocol.

    protocol    what crosses between us and a model
    models      from a name in the settings to a model
    batching    many requests at once, at half price, behind one protocol
    access      whether a model has the key it wants
    providers   the servers that the settings and the environment name
    anthropic   models that speak the Messages API
    openai      models that speak Chat Completions
    remote      what the two share: requests, replies, failures, keys, patience
    retrying    a model that is asked again when it is busy or out of reach
    fallback    a model for which another one stands in
    streams     streams that end when nobody listens
    offline     extraction in the place of a model, on the core in `extractive`
    scripted    a model that says what a script tells it to
    tokens      how many tokens a text has for a model, without asking anybody
    pricing     what a call costs, by the dated table in `prices.toml`
    naming      names of models
    passages    turns as models are shown them
    prompting   messages for models that read prose; the fixed parts are in `prompts`
    summaries   the one form of a page's summary
    markdown    plain text as Markdown that shows it and is nothing else

Nobody above needs to know which model answers.
"""

from __future__ import annotations
