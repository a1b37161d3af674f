"""A process of its own that sets papers with Typst: asked on its input, it answers on its output.

A question is a line of JSON and then as many bytes of paper as it says; an answer is the same. The
process ends with its input, when nobody asks for a while, and when it has grown large, for Typst
keeps what it laid out before. `quality.printing.press` starts it.
"""

from __future__ import annotations

import json
import resource
import select
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final

import typst

TEMPLATE: Final = Path(__file__).with_name("paper.typ")
IDLE: Final = 120
LARGE: Final = 400 * 1024
"""Kilobytes: a typesetter that needed so much is not asked again."""
STARTED: Final = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""Kilobytes: what the process that started it needed counts as if it were its own."""
LARGEST: Final = 4 * 1024**3
"""Bytes of address space: beyond them a paper is too much for this machine."""


def main(fonts: str) -> int:
    """Answer until there is nothing more to do."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST, most))
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[fonts])
    # root is a folder with nothing but the template: a paper can name no other file
    compiler = typst.Compiler(TEMPLATE, font_paths=faces, ignore_system_fonts=True)
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    while select.select([asked], [], [], IDLE)[0]:
        line = asked.readline()
        if not line:
            return 0
        question = json.loads(line)
        grown = _answer(compiler, question, asked.read(question["bytes"]), told)
        if grown:
            return 0
    return 0


def _answer(
    compiler: typst.Compiler, question: dict[str, Any], paper: bytes, told: BinaryIO
) -> bool:
    """Set one paper and say what came of it; whether it took so much that this was the last."""
    try:
        made = compiler.compile(
            TEMPLATE,
            format=question["format"],
            ppi=question.get("ppi"),
            sys_inputs={"paper": paper.decode()},
        )
    except typst.TypstError as problem:
        answer, pages = {"problem": f"{problem.message} {problem.diagnostic}"[:2000]}, []
    else:
        pages = made if isinstance(made, list) else [made or b""]
        answer = {}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > max(LARGE, STARTED)
    head = {**answer, "bytes": [len(page) for page in pages], "last": grown}
    told.write(json.dumps(head).encode() + b"\n" + b"".join(pages))
    told.flush()
    return grown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
