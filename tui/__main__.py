"""The `bincard` command. What it needs is imported when it is needed: `bincard --help` must answer at once."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tui.version import VERSION

__all__ = ["main"]

_EPILOG = """\
exit status: 0 done; 1 failed (a report is in a file); 2 wrong usage or settings; 3 server not reachable;
4 not an InvenTree server; 5 certificate not trusted; 6 sign-in refused; 7 the demo server cannot be started;
8 with --plain: something was not found or refused, and the rest was done.
Settings are in config.toml (`bincard config` says where); user and password are asked for on the screen.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    options = _parser().parse_args(arguments)
    if options.command == "_serve":
        return _serve(options.port)
    from tui.launcher import run_command

    return run_command(options)


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="bincard",
        description="A keyboard-driven client for the stock of a warehouse, on a Bincard or an InvenTree server.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"bincard {VERSION}")
    top.add_argument("--server", metavar="URL", help="the server's address (BINCARD_SERVER)")
    top.add_argument("--profile", metavar="NAME", help="a profile of the settings file (BINCARD_PROFILE)")
    top.add_argument(
        "--token-file", type=Path, metavar="FILE", help="use the API token in this file; it is not kept (BINCARD_TOKEN)"
    )
    top.add_argument(
        "--plain", action="store_true", help="questions and answers line by line: for screen readers and scripts"
    )
    _add_display(top, None)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    demo = commands.add_parser("demo", help="start the bundled server with demo data and open the client on it")
    demo.add_argument("--port", type=int, default=0, help="port of the server; a free one if not given")
    demo.add_argument("--data-dir", type=Path, metavar="DIR", help="where the demo data is kept")
    demo.add_argument("--fresh", action="store_true", help="throw away what was changed and begin anew")
    _add_display(demo, argparse.SUPPRESS)
    commands.add_parser("check", help="sign in with the token at hand, say what was found, and end")
    commands.add_parser("config", help="say which settings file is used and whether it is right")
    commands.add_parser("sign-out", help="forget the token of the server on this machine")
    for name, what in (
        ("find", "with --plain: say what something is and where it lies"),
        ("count", "with --plain: count items, one after another"),
        ("move", "with --plain: move items, one after another"),
    ):
        plain = commands.add_parser(name, help=what)
        plain.add_argument("text", nargs="?", default="", help="a code or words; asked for if not given")
        if name != "find":
            plain.add_argument("--yes", action="store_true", help="post what looks odd without asking")
        if name == "count":
            _add_sheet(plain)
    doctor = commands.add_parser("doctor", help="show what terminal, keys and scanner send, and what to change")
    doctor.add_argument("--report", action="store_true", help="only what can be found without pressing keys")
    barcodes = commands.add_parser(
        "barcodes", help="print labels whose barcodes do what keys do: count, move, undo, ..."
    )
    barcodes.add_argument(
        "--format", choices=("html", "svg", "text"), default="html", help="a page to print, an image each, or the texts"
    )
    barcodes.add_argument(
        "--output", type=Path, metavar="FILE", help="where to (a directory for svg); standard output if not given"
    )
    # Not for people: the demo's server, which ends when its standard input does.
    commands.add_parser("_serve").add_argument("port", type=int)
    return top


def _add_sheet(count: argparse.ArgumentParser) -> None:
    """What makes a count one of a whole sheet."""
    count.add_argument("--open", action="store_true", help="of a sheet: tell what is expected, where that is allowed")
    sheet = count.add_mutually_exclusive_group()
    sheet.add_argument("--location", metavar="PLACE", default="", help="count the sheet of a location and below")
    sheet.add_argument("--category", metavar="NAME", default="", help="count the sheet of a category")
    sheet.add_argument(
        "--due", metavar="LINES", type=int, nargs="?", const=50, default=0, help="count what is due, 50 lines at most"
    )
    sheet.add_argument("--session", metavar="KEY", type=int, default=0, help="count in a session of the server")
    sheet.add_argument("--scan", action="store_true", help="count an empty sheet: what is scanned")
    sheet.add_argument("--resume", action="store_true", help="go on with the newest count that is not finished")


def _add_display(parser: argparse.ArgumentParser, default: str | None) -> None:
    """Options that may stand before and after the command; after it they must not undo what stood before."""
    parser.add_argument("--theme", metavar="NAME", default=default, help="colours (BINCARD_THEME)")
    parser.add_argument("--keymap", type=Path, metavar="FILE", default=default, help="key map file (BINCARD_KEYMAP)")
    parser.add_argument(
        "--no-mouse", action="store_true", default=default or False, help="leave the mouse to the terminal"
    )
    parser.add_argument("--read-only", action="store_true", default=default or False, help="offer no changes")


def _serve(port: int) -> int:
    """Run the bundled server until standard input ends, so that it never outlives the client, however that ends."""

    def watch() -> None:
        # Not sys.stdin: its lock, held while waiting, would break an end that comes from elsewhere.
        while os.read(0, 1024):
            pass
        threading.Timer(3.0, os._exit, (0,)).start()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    from server.__main__ import main as serve

    return serve(["serve", "--host", "127.0.0.1", "--port", str(port)])


if __name__ == "__main__":
    sys.exit(main())
