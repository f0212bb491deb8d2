"""From the command line to a running client: settings, token, the app, and one line for whatever goes wrong."""

import argparse
import os
import sys
from collections.abc import Callable, MutableMapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui import crash
from tui.api_errors import ApiError, BadAnswer, BadCertificate, NotAuthenticated, TimedOut, Unreachable
from tui.config import Config, ConfigError, Launch, Options, Profile, load_config
from tui.credentials import CredentialError
from tui.server_url import normal_url

if TYPE_CHECKING:
    from tui.session import Session

__all__ = ["launch_from", "run_command"]

USAGE, UNREACHABLE, NOT_INVENTREE, CERTIFICATE, SIGN_IN, DEMO = 2, 3, 4, 5, 6, 7
_STATUS: Final[tuple[tuple[type[ApiError], int], ...]] = (
    (BadCertificate, CERTIFICATE),
    (Unreachable, UNREACHABLE),
    (TimedOut, UNREACHABLE),
    (BadAnswer, NOT_INVENTREE),
    (NotAuthenticated, SIGN_IN),
)
_LARGEST_TOKEN_FILE: Final = 4096


def run_command(options: argparse.Namespace) -> int:
    """Carry out what the command line says; the exit status. What goes wrong is said in one line."""
    crash.install()
    try:
        match options.command:
            case "find" | "count" | "move" | None if options.plain:
                return _plain(options)
            case "find" | "count" | "move":
                return _complain(f"{options.command} works line by line: bincard --plain {options.command}", USAGE)
            case _ if options.plain:
                return _complain(f"--plain goes with find, count and move, not with {options.command}", USAGE)
            case "demo":
                return _demo(options)
            case "check":
                return _check(launch_from(options, os.environ))
            case "config":
                return _show_config()
            case "doctor":
                return _doctor(options)
            case "barcodes":
                return _barcodes(options.format, options.output)
            case "sign-out":
                return _sign_out(launch_from(options, os.environ))
            case _:
                return _run(launch_from(options, os.environ))
    except (ConfigError, CredentialError) as error:
        return _complain(str(error), USAGE)
    except ApiError as error:
        return _complain(str(error), _status_of(error))
    except KeyboardInterrupt:
        return 130


def launch_from(options: argparse.Namespace, environment: MutableMapping[str, str]) -> Launch:
    """What the app is to do, from command line, environment and settings file. Raises ConfigError.

    The token is taken out of the environment, so that no other program inherits it.
    """
    config = load_config(environment=environment)
    url = options.server or ("" if options.profile else environment.get("BINCARD_SERVER", ""))
    if options.server and options.profile:
        raise ConfigError("give --server or --profile, not both")
    profile = None if url else config.profile(options.profile or "")
    if url:
        try:
            url = normal_url(url)
        except ValueError as error:
            raise ConfigError(f"{url}: {error}") from error
        profile = _profile_for(config, url)
    return Launch(
        url=url or (profile.url if profile else ""),
        profile=profile,
        token=_token(options.token_file, environment),
        options=_display(options, config.options),
        config=config,
    )


def _profile_for(config: Config, url: str) -> Profile | None:
    """The profile of an address given without a name, when it has just one (for its user and certificate)."""
    found = [profile for profile in config.profiles.values() if profile.url == url]
    return found[0] if len(found) == 1 else None


def _display(given: argparse.Namespace, options: Options) -> Options:
    """The options with what the command line says about the screen."""
    return replace(
        options,
        theme=given.theme or options.theme,
        keymap=str(given.keymap.absolute()) if given.keymap else options.keymap,
        mouse=options.mouse and not given.no_mouse,
        read_only=options.read_only or given.read_only,
    )


def _token(file: Path | None, environment: MutableMapping[str, str]) -> str | None:
    from_environment = environment.pop("BINCARD_TOKEN", "").strip()
    if file is None:
        return from_environment or None
    try:
        with file.open(encoding="utf-8") as opened:
            token = opened.read(_LARGEST_TOKEN_FILE).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: the token cannot be read: {error}") from error
    if not token or len(token.split()) != 1:
        raise ConfigError(f"{file}: a single token is wanted in it")
    return token


def _run(launch: Launch, ended: Callable[["Session"], None] = lambda session: None) -> int:
    """Open the client; `ended` gets the session when the person has left."""
    if not (os.isatty(0) and os.isatty(1)):
        return _complain("the client needs a terminal; `bincard check` works without", USAGE)
    # A failure may hold what the person typed or what was sent; these two at least never reach a report.
    crash.install(secrets=(launch.token, launch.password))
    from tui.terminal.lifecycle import prepare_environment

    prepare_environment()
    from tui.app import BincardApp

    app = BincardApp(launch)
    status = app.run_to_end(mouse=launch.options.mouse)
    ended(app.session)
    return status


def _demo(options: argparse.Namespace) -> int:
    from tui.demo import PASSWORD, USER, DemoError, DemoServer, demo_dir

    config = load_config(environment=os.environ)
    os.environ.pop("BINCARD_TOKEN", None)
    with ExitStack() as stack:
        try:
            demo = DemoServer(demo_dir(options.data_dir), port=options.port, fresh=options.fresh)
            url = stack.enter_context(demo)
        except DemoError as error:
            return _complain(str(error), DEMO)
        shown = _display(options, config.options)

        def keep_token(session: "Session") -> None:
            if session.user_name == USER:
                demo.keep_token(session.client.token)

        return _run(Launch(url, None, USER, demo.token, PASSWORD, shown, demo=True), keep_token)


def _check(launch: Launch) -> int:
    """Sign in without a screen and say what was found."""
    import asyncio

    from tui.session import Session

    async def look() -> str:
        session = Session(launch)
        try:
            user = await session.connect()
            rights = ", ".join(sorted(user.roles.get("stock", ()))) or "nothing"
            may = "everything" if user.is_superuser else f"with stock {rights}"
            unsafe = " (unencrypted)" if session.insecure else ""
            return f"{launch.url}{unsafe}: {session.server}, signed in as {user.username}, may {may}"
        finally:
            await session.close()

    if not launch.url:
        return _complain("no server: give --server URL or a profile", USAGE)
    print(asyncio.run(look()))
    return 0


def _show_config() -> int:
    config = load_config(environment=os.environ)
    state = "is right" if config.path.exists() else "does not exist; defaults are used"
    print(f"{config.path} {state}")
    for profile in config.profiles.values():
        marks = [text for text, said in (("default", profile.name == config.default_profile),
                                         ("read-only", profile.read_only)) if said]  # fmt: skip
        print(f"  {profile.name}: {profile.url} {profile.user} {' '.join(marks)}".rstrip())
    return 0


def _sign_out(launch: Launch) -> int:
    from tui.credentials import CredentialStore

    if not launch.url:
        return _complain("no server: give --server URL or a profile", USAGE)
    store = CredentialStore()
    for name in {launch.profile.name if launch.profile else "", ""}:
        store.forget(launch.url, name)
    print(f"{launch.url}: the token on this machine is forgotten; the server can revoke it for good")
    return 0


def _plain(options: argparse.Namespace) -> int:
    """Find, count and move by questions and answers, without a screen."""
    launch = launch_from(options, os.environ)
    if not launch.url:
        return _complain("no server: give --server URL or a profile", USAGE)
    crash.install(secrets=(launch.token, launch.password))
    from tui.plain import SheetAsked, run_plain

    command = options.command or ""
    text = options.text if command else ""
    sheet = None
    if command == "count":
        named = {name: getattr(options, name) for name in ("location", "category", "due", "session", "resume")}
        if any(named.values()) or options.scan:
            sheet = SheetAsked(**named, shown=options.open)
        if sheet is not None and text:
            return _complain(f"name a sheet or the item {text}, not both", USAGE)
        if sheet is None and options.open:
            return _complain("--open goes with a sheet: --location, --category, --due, --session or --scan", USAGE)
    yes = command not in ("", "find") and options.yes
    return run_plain(launch, command, text, assume_yes=yes, sheet=sheet)


def _doctor(options: argparse.Namespace) -> int:
    """Examine terminal, keys, scanner and server; with settings that cannot be used too."""
    from tui.doctor import examine

    problem = ""
    try:
        launch = launch_from(options, os.environ)
    except ConfigError as error:
        launch, problem = Launch(""), str(error)
    return examine(launch, report=options.report, problem=problem, status_of=_status_of)


def _status_of(error: ApiError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), UNREACHABLE)


def _barcodes(form: str, output: Path | None) -> int:
    """Print the labels of the commands' barcodes, or write them to `output`."""
    from tui.labels import LabelError, as_html, as_text, write_svgs

    try:
        if form == "svg":
            if output is None:
                return _complain("name a directory for the images: --output DIRECTORY", USAGE)
            for file in write_svgs(output):
                print(file)
            return 0
        content = as_html() if form == "html" else as_text()
        if output is not None:
            output.write_text(content, encoding="utf-8")
        else:
            sys.stdout.write(content)
    except (LabelError, OSError) as error:
        return _complain(str(error), USAGE)
    return 0


def _complain(text: str, status: int) -> int:
    print(f"bincard: {text}", file=sys.stderr)
    return status
