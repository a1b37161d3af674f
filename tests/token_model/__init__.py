"""An independent token game for the processes that the kernel runs, and a generator of them.

Nothing here imports the engine: `graph` says what a drawing is, `game` plays it by the rules of
BPMN 2.0, `generator` draws processes at random, `xml` writes them in our dialect. Tests play the
kernel and the game side by side.
"""
