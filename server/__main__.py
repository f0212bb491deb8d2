"""The `bincard-server` command. Each subcommand's work is in `server/commands/`, imported when it is asked for."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

__all__ = ["main"]


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="bincard-server", description="Bincard's server: stock by location over an InvenTree-compatible REST API.",
        epilog="Every option can be given by an environment variable, which its help names.",
    )  # fmt: skip
    top.add_argument("--version", action="store_true", help="print the version and end")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="where database and media are kept (BINCARD_DATA_DIR)"
    )
    common.add_argument(
        "--database-url", metavar="URL", help="another database than SQLite in the data directory; without a password "
        "in it, please: those belong in the environment (BINCARD_DATABASE_URL)",
    )  # fmt: skip
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    serve = commands.add_parser("serve", parents=[common], help="answer requests")
    serve.add_argument("--host", help="the address to listen on, 127.0.0.1 if not given (BINCARD_HOST)")
    serve.add_argument("--port", type=int, help="the port, 8000 if not given; 0 takes a free one (BINCARD_PORT)")
    serve.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="what is logged (BINCARD_LOG_LEVEL)"
    )

    worker = commands.add_parser("worker", parents=[common], help="do the jobs that servers queue")
    worker.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="what is logged (BINCARD_LOG_LEVEL)"
    )

    commands.add_parser("migrate", parents=[common], help="make the database, or bring it up to date")

    load = commands.add_parser("import", parents=[common], help="take in an InvenTree export (dumpdata JSON)")
    load.add_argument("file", type=Path, help="the export; .json, .json.gz or .json.xz")

    commands.add_parser("demo-data", parents=[common], help="take in the demo data set")

    sales = commands.add_parser("sales", help="manage sales").add_subparsers(dest="action", required=True)
    history = sales.add_parser("import", parents=[common], help="take in sales from a CSV or XLSX file")
    history.add_argument("file", type=Path, help="one line per sale: part, quantity, date, price; returns are negative")
    history.add_argument("--dry-run", action="store_true", help="only say what is in it")
    history.add_argument(
        "--column", action="append", default=[], metavar="FIELD=NAME",
        help="which column says the part, quantity, date, price, revenue, invoice, customer, description or currency, "
        "where its name does not; may be given again",
    )  # fmt: skip
    history.add_argument("--currency", help="of lines that name none; the server's if not given")
    history.add_argument("--dates", metavar="FORMAT", help="how dates are written, such as %%m/%%d/%%Y %%H:%%M")
    history.add_argument("--create-parts", action="store_true", help="make parts of codes that are not known")
    history.add_argument("--create-customers", action="store_true", help="make companies of customers not known")
    history.add_argument("--skip-bad", action="store_true", help="leave out rows that cannot be read")

    export = commands.add_parser("export", help="write files for other programs").add_subparsers(
        dest="action", required=True
    )
    lake = export.add_parser("parquet", parents=[common], help="write stock, movements, sales and more for BI")
    lake.add_argument("--to", metavar="DIR", help="a folder, or s3://bucket/prefix (BINCARD_EXPORT_TO)")

    user = commands.add_parser("user", help="manage users").add_subparsers(dest="action", required=True)
    add = user.add_parser("add", parents=[common], help="add a user, or give an existing one a new password")
    add.add_argument("name", help="the user name")
    add.add_argument("--superuser", action="store_true", help="may do everything")
    add.add_argument("--staff", action="store_true", help="may manage users and settings")
    add.add_argument("--group", action="append", default=[], help="a group to be in; may be given again")
    add.add_argument("--email", default="", help="the e-mail address")
    add.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input instead of asking for it"
    )

    token = commands.add_parser("token", help="manage API tokens").add_subparsers(dest="action", required=True)
    listing = token.add_parser("list", parents=[common], help="list the tokens, redacted")
    listing.add_argument("--user", help="only this user's")
    make = token.add_parser("add", parents=[common], help="make a token and print it, once")
    make.add_argument("user", help="whose token it is")
    make.add_argument("--name", default="command line", help="what it is called")
    revoke = token.add_parser("revoke", parents=[common], help="make a token useless at once")
    revoke.add_argument("number", type=int, help="its number in the list")

    backup = commands.add_parser(
        "backup", parents=[common], help="write database and media into one file, while in use"
    )
    backup.add_argument("file", type=Path, help="the file to write (.tar.gz)")
    restore = commands.add_parser("restore", parents=[common], help="put a backup in place of what is there")
    restore.add_argument("file", type=Path, help="the backup")
    restore.add_argument("--force", action="store_true", help="replace data that is there")
    return top


MODULES = {"import": "load", "demo-data": "load", "backup": "archive", "restore": "archive"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status: 0 done, 1 refused (one line on standard error says why), 2 wrong usage."""
    top = parser()
    options = top.parse_args(arguments)
    if options.version:
        from importlib.metadata import version

        print(f"bincard-server {version('bincard')}")
        return 0
    if not options.command:
        top.print_help()
        return 2
    from server.commands import CommandRefused

    try:
        module = import_module(f"server.commands.{MODULES.get(options.command, options.command)}")
        run: Callable[[argparse.Namespace], int] = module.run
        from server.db.changes import Actor, acting

        with acting(Actor(origin=f"bincard-server {options.command}")):
            return run(options)
    except CommandRefused as refusal:
        print(f"bincard-server: {refusal}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as missing:
        print(
            f"bincard-server: the package {missing.name} is missing; install the server with "
            "pip install 'bincard[server]'", file=sys.stderr,
        )  # fmt: skip
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
