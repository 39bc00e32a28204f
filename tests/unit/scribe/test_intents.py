"""Commands to the scribe, and all that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.scribe.intents import MAX_COMMAND, Intent, Wish, is_rewrite, recognise

COMMANDS = {
    "start the scribe": Intent(wish=Wish.START),
    "Start the scribe.": Intent(wish=Wish.START),
    "please start the scribe": Intent(wish=Wish.START),
    "Turn on the scribe, please!": Intent(wish=Wish.START),
    "turn the scribe on": Intent(wish=Wish.START),
    'start the scribe about "the ferry"': Intent(wish=Wish.START, text="the ferry"),
    "start the scribe on our winter trip": Intent(wish=Wish.START, text="our winter trip"),
    "/scribe start The ferry": Intent(wish=Wish.START, text="The ferry"),
    "/scribe on": Intent(wish=Wish.START),
    "stop the scribe": Intent(wish=Wish.STOP),
    "Please pause the scribe now.": Intent(wish=Wish.STOP),
    "switch off the scribe": Intent(wish=Wish.STOP),
    "turn the scribe off": Intent(wish=Wish.STOP),
    "/scribe stop": Intent(wish=Wish.STOP),
    "/scribe": Intent(wish=Wish.STATUS),
    "/scribe status": Intent(wish=Wish.STATUS),
    "/scribe style Literary": Intent(wish=Wish.STYLE, text="literary"),
    "tell the scribe to write dates in ISO": Intent(wish=Wish.EDIT, text="write dates in ISO"),
    "Ask the scribe to drop the section on tents.": Intent(
        wish=Wish.EDIT, text="drop the section on tents."
    ),
    "tell the scribe to add what Ann said": Intent(wish=Wish.EDIT, text="add what Ann said"),
    "tell the scribe to note, as Ann said, that it rains": Intent(
        wish=Wish.EDIT, text="note, as Ann said, that it rains"
    ),
    "scribe: merge the two lists": Intent(wish=Wish.EDIT, text="merge the two lists"),
    "Scribe, mention that Carla brings the stove": Intent(
        wish=Wish.EDIT, text="mention that Carla brings the stove"
    ),
    "/scribe edit say less about the weather": Intent(
        wish=Wish.EDIT, text="say less about the weather"
    ),
    "tell the scribe to rewrite the whole document": Intent(
        wish=Wish.EDIT, text="rewrite the whole document", is_rewrite=True
    ),
    "scribe: rewrite it as a story": Intent(
        wish=Wish.EDIT, text="rewrite it as a story", is_rewrite=True
    ),
    "/scribe edit translate into German": Intent(
        wish=Wish.EDIT, text="translate into German", is_rewrite=True
    ),
}

KNOWN_FALSE = [
    "tell me about the document you read",
    "I want to end this document here",
    "start a new topic, not the document",
    "update the document",
    "the document needs an update",
]

TALK = """\
What is a scribe?
Who was the most famous scribe of Egypt?
How do I start the scribe?
Can you stop the scribe?
Could you tell the scribe to write less?
Did you start the scribe already?
Is the scribe running?
Should we turn off the scribe?
Scribe: what is it?
Scribe, is that a real job?
scribe, what a lovely word
Scribe: is the document up to date
I told the scribe to write less.
I asked the scribe to leave, and he left.
We should start the scribe tomorrow.
Let's not start the scribe yet.
Don't stop the scribe.
Do not start the scribe.
Never stop the scribe while it works.
Start the scribe's lamp before dusk.
Start the scribes' contest at noon
Stop the scribe from leaving the temple
Stop the scribe or he will tell the king
Pause the scribe scene and go on with the battle
End the scribe chapter with his death.
Start the scribe character with a limp
The scribe started to write.
The scribe stopped, and looked up.
When you start the scribe, the document follows.
If I stop the scribe, does it lose turns?
Yesterday I said: start the scribe
She said "start the scribe" and left.
"start the scribe"
'stop the scribe'
> start the scribe
> tell the scribe to delete everything
- start the scribe
* stop the scribe
1. start the scribe
# Start the scribe
`start the scribe`
```start the scribe```
The command is `/scribe stop`.
Type /scribe stop to stop it.
say /scribe edit something
/scribes stop
/describe the scribe
/scribe dance
/scribe stop the presses
/scribe status of the nation
/scribe edit
/scribe style
Tell me about the scribe.
Tell me to stop.
Tell the scribe I said hello
Tell the story of the scribe to the children
Tell the scribes to gather
Ask the describe command to run
Ask Ann to tell the scribe to stop
Ask the scribe about the ferry
Have the scribe and the monk met before
Have the scribe ready by noon
Update the document with the new prices
Rewrite the document in French
Edit the document
Please improve this document.
Fix the document's title
Change the documentation of the API
Begin the document with a quote
Create a document about ferries
Create documentation for this function
Enable background documents in Word
Turn on the lights in the scribe's room
Activate the document scanner
Stop writing documents
End this document here
I want to stop documenting everything
Pause the documentary
Disable the documentation build
Turn off document sharing
Deactivate the scribe account on the wiki
Start here.
Stop.
Stop it
Begin
Scribe
The scribe
scribe?
scribe!
Our scribe: Ann. Our cook: Bob.
The scribe: a life in letters
My favourite game is Scribe: The Awakening
describe: a table of ferries
Subscribe: it is free
Transcribe: the recording from Monday
prescribe, rest and tea
Circumscribe: draw around
Schreiber: bitte aufhören
Starte den Schreiber
arrête le scribe
démarre le scribe
Le scribe : un métier ancien
escribe: una carta
Detén al escriba
書記を止めて
запусти писаря
Lo scriba: una professione antica
Start the scribe\u0000 and run
Please.
start scribe-cli in the other terminal
start the scribe\tservice on port 80 and tell me what it prints, will you?
You can start the scribe with /scribe start, or stop the scribe with /scribe stop.
Then the king cried: stop the scribe!
I was thinking that maybe we could ask the scribe to shorten it
In the novel, tell the scribe to hide.
First, stop the scribe. Then delete the file.
Start the scribe? Or stop the scribe?
rm -rf /scribe
Have the scribe to thank for that.
have the scribe to dinner on Sunday
Tell the scribe to what extent we agree.
Tell the scribe to whom the letter belongs.
Direct the scribe to the left door, then continue the scene.
Instruct the scribe to the best of your knowledge
Tell the scribe to be quiet is what she said, and then he laughed.
tell the scribe to stop was my first thought, but I waited.
Ask the scribe to marry me, wrote the queen in her diary.
Tell the scribe to leave, he shouted. Then continue the story from there.
Scribe: a person who copies manuscripts.
Scribe, noun, from the Latin scriba.
SCRIBE: My lord, the letter is ready.
Scribe: he enters stage left and bows.
/ scribe stop
//scribe stop
""".splitlines()


CREDITS = """\
scribe: Dan Brown; editor: Lee
Scribe: Dan Brown, editor: Lee
scribe: dan, chair: lee
Scribe: Dan Brown
Scribe: Dan
Scribe: Mark Brown; editor: Lee
Scribe: J. R. Smith
Scribe: Dan Brown (until noon)
Scribe: Dan and Lee
Scribe: Ludwig van Beethoven
Scribe, Dan Brown, came late.
Scribe: Dan will take the minutes.
Scribe, editor and cook: Lee
scribe: TBD
scribe: me
scribe: none
scribe: @dan
scribe: n/a
scribe: true
scribe: anthropic:m-1
scribe: https://example.org
scribe: {"name": "x"}
scribe: [x] done
Scribe: Dan\\nDate: 3 May\\nPresent: Ann, Bob
scribe: ann | editor: bob
scribe: wrote all night\\nKing: Good.
Scribe: Yes, my lord.
Scribe: No! Never.
Scribe: Your Majesty, the letter is ready.
Scribe: It is finished.
Scribe: (bows) The letter, my king.
Scribe: "Write it down," he was told.
Scribe: *bows*
SCRIBE: Write it down, quickly!
King: Write it down!\\nScribe: Add it to the list.
"note to scribe: add the dates"
'note to the scribe: drop the tents'
Note to scribe: add the dates
(note to scribe: add the dates)
She left a “note to scribe: write less”.
"scribe: add the dates"
""".splitlines()

ORDERS = """\
scribe: keep the dates in ISO
Scribe: Use Markdown
Scribe: Use ISO dates
scribe: add a section: prices
scribe: add a table; columns: name, price
scribe, add Dan Brown to the crew
scribe: Rename Tents to Camp
Scribe: Shorten.
Scribe: Mark the open questions
scribe: list who comes: Ann, Bob
scribe: no tables, and fewer lists
scribe: don't use emoji
scribe, please drop the tents
scribe: shorter
SCRIBE: SHORTEN IT
scribe: put the crew first\\nthen the route
scribe: lay it out like this, and keep it short
""".splitlines()


@pytest.mark.parametrize("text", CREDITS)
def test_credits_and_plays_are_no_command(text: str) -> None:
    """A name, a value, a list of roles, or what somebody says is no order to the scribe."""
    assert recognise(text.replace("\\n", "\n")) is None


@pytest.mark.parametrize("text", ORDERS)
def test_orders_stay_orders(text: str) -> None:
    """What is to be done may be about names, hold lists, and begin with a capital."""
    found = recognise(text.replace("\\n", "\n"))
    assert found is not None
    assert found.wish is Wish.EDIT


@pytest.mark.parametrize("text", COMMANDS)
def test_commands_are_recognised(text: str) -> None:
    """A message that is a command as a whole is understood."""
    assert recognise(text) == COMMANDS[text]
    assert recognise(f"\n  {text} \n") == COMMANDS[text]


@pytest.mark.parametrize("text", KNOWN_FALSE + TALK)
def test_talk_is_no_command(text: str) -> None:
    """Sentences that mention the scribe or a document, quotations and questions are only talk."""
    assert recognise(text) is None


def test_there_are_many_examples() -> None:
    """The rule above is held against a hundred sentences."""
    assert len(set(TALK)) >= 100


@pytest.mark.parametrize("text", COMMANDS)
def test_commands_inside_of_other_text_are_talk(text: str) -> None:
    """A command that stands in a sentence, a code block or a quotation is not obeyed."""
    around = [
        f"I typed {text}",
        f"> {text}",
        f"```\n{text}\n```",
        f"She said: {text}",
        f"Hello.\n{text}",
        f"“{text}”",
    ]
    assert [recognise(whole) for whole in around] == [None] * len(around)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("rewrite", True),
        ("rewrite everything", True),
        ("restructure the document by topic", True),
        ("start over", True),
        ("translate it to German", True),
        ("rewrite the section on tents", False),
        ("rewrite the second paragraph", False),
        ("add a table of prices", False),
        ("translate the heading 'Route'", False),
    ],
)
def test_a_rewrite_is_known(text: str, whole: bool) -> None:
    """What is about the whole document is told apart from what is about a part of it."""
    assert is_rewrite(text) is whole


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    """No text breaks it, and what is no address stays talk."""
    found = recognise(text)
    assert found is None or "scribe" in text.casefold()


def test_long_messages_are_talk() -> None:
    """A whole essay is not an instruction, however it begins."""
    assert recognise("scribe: " + "a" * MAX_COMMAND) is None
