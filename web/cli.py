"""The `zhengai` command: a function for each thing an operator does, as in docs/operations.md.

A command's module is loaded when it is called for, so that small ones start at once.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError

from web.config import SettingError

MOST: Final = 2**63


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 for done, 1 for refused, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    try:
        module, _colon, name = options.run.partition(":")
        code: int = getattr(importlib.import_module(module), name)(options)
        sys.stdout.flush()
    except SettingError as problem:
        print(problem, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # whoever read our output has gone; nothing more can be said, not even on the way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except DBAPIError as problem:
        print(f"the database cannot be used: {problem.orig}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _number(text: str) -> int:
    """A number that any database can count to."""
    number = int(text)
    if not 0 <= number < MOST:
        raise ValueError
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zhengai", description="Zhengai 诊改: quality assurance for colleges"
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, help_, run, options in _COMMANDS:
        verb = verbs.add_parser(name, help=help_, description=help_)
        for flags, settings in options:
            verb.add_argument(*flags, **settings)  # type: ignore[arg-type]  # argparse's own keywords
        verb.set_defaults(run=run)
    return parser


Options = tuple[tuple[tuple[str, ...], dict[str, object]], ...]
_FILES: Final[Options] = ((("files",), {"nargs": "+", "metavar": "FILE"}),)

_COMMANDS: Final[tuple[tuple[str, str, str, Options], ...]] = (
    (
        "init",
        "make an empty installation: schema and first administrators",
        "web.installing:init",
        (
            (("--username",), {"default": "admin"}),
            (("--name",), {"default": "管理员"}),
        ),
    ),
    (
        "demo",
        "make the demo college",
        "web.commands:demo",
        ((("--people",), {"type": _number, "default": 600}),),
    ),
    ("web", "serve pages and the REST interface", "web.commands:web", ()),
    ("worker", "run due jobs and seal the record", "web.commands:worker", ()),
    ("run", "web and worker in one process", "web.commands:run", ()),
    ("check", "check BPMN, DMN and form files as publishing would", "web.check:command", _FILES),
    (
        "publish",
        "publish BPMN and form files",
        "web.commands:publish",
        (
            *_FILES,
            (("--by",), {"required": True, "metavar": "USER"}),
            (("--note",), {"required": True}),
        ),
    ),
    (
        "verify",
        "walk the hash chains and replay the cases",
        "web.commands:verify",
        (
            (("--instance",), {"type": _number, "metavar": "N"}),
            (("--head",), {"metavar": "HASH"}),
        ),
    ),
    (
        "sign-in-link",
        "print a link that lets a person set a new password, once",
        "web.commands:sign_in_link",
        (
            (("user",), {"metavar": "USER"}),
            (
                ("--without-second-factor",),
                {"action": "store_true", "help": "their phone and recovery codes are gone, too"},
            ),
        ),
    ),
    ("seal", "seal the record now and print the hash to keep outside", "web.commands:seal", ()),
    (
        "backup",
        "write the whole installation to one file",
        "web.commands:backup",
        ((("path",), {"metavar": "PATH"}),),
    ),
    (
        "restore",
        "put a backup in the place of what is here",
        "web.commands:restore",
        (
            (("path",), {"metavar": "PATH"}),
            (("--replace",), {"action": "store_true", "help": "throw away the data that are here"}),
        ),
    ),
    (
        "log",
        "export the log as JSON lines",
        "web.commands:log_export",
        (
            (("action",), {"choices": ["export"]}),
            (("--from",), {"dest": "start", "type": _number, "default": 0}),
        ),
    ),
    (
        "tasks",
        "open tasks as JSON lines",
        "web.commands:tasks",
        ((("--open",), {"action": "store_true", "required": True}),),
    ),
    (
        "jobs",
        "waiting jobs as JSON lines",
        "web.commands:jobs",
        ((("--due",), {"action": "store_true"}),),
    ),
    (
        "bench",
        "measure this machine and this code",
        "web.commands:bench",
        (
            (("--json",), {"action": "store_true"}),
            (("--only",), {"nargs": "*", "metavar": "NAME"}),
            (("--quick",), {"action": "store_true"}),
        ),
    ),
)


if __name__ == "__main__":
    sys.exit(main())
