"""`bincard-server backup FILE` and `restore FILE`: the database and the media files in one archive.

The database is copied by SQLite's own backup while the server goes on; the copy is one moment's state. Other databases
have tools of their own that do this better, which the refusal names.
"""

import argparse
import os
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from server.commands import CommandRefused, settings_from
from server.settings import Settings

__all__ = ["run"]

DATABASE = "bincard.sqlite3"
MEDIA = "media"
SECRET = "secret.key"  # noqa: S105 - the file's name


def run(options: argparse.Namespace) -> int:
    settings = settings_from(options)
    if settings.database_url:
        raise CommandRefused(
            "backup and restore are for SQLite; use pg_dump/pg_restore or mariadb-dump for this database, and copy "
            f"{settings.media_dir} beside it."
        )
    try:
        return backup(settings, options.file) if options.command == "backup" else restore(settings, options)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        reason = str(error).splitlines()[0].rstrip(":")
        raise CommandRefused(f"{options.command} of {options.file} failed: {reason}; nothing was changed.") from None


def backup(settings: Settings, target: Path) -> int:
    """Write the archive beside its place first, so that a failed backup never replaces a good one."""
    source = settings.data_dir / DATABASE
    if not source.exists():
        raise CommandRefused(f"there is no database in {settings.data_dir}; name another with --data-dir.")
    with tempfile.TemporaryDirectory(dir=target.parent.absolute()) as scratch:
        copy = Path(scratch) / DATABASE
        reading, writing = sqlite3.connect(source), sqlite3.connect(copy)
        with reading, writing:
            reading.backup(writing)
        reading.close()
        writing.close()
        archive = Path(scratch) / "archive"
        with os.fdopen(os.open(archive, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as tar:
                tar.add(copy, DATABASE)
                for name in (MEDIA, SECRET):
                    if (settings.data_dir / name).exists():
                        tar.add(settings.data_dir / name, name)
            file.flush()
            os.fsync(file.fileno())
        archive.replace(target)
    print(f"wrote {target} ({target.stat().st_size:,} bytes)")
    return 0


def restore(settings: Settings, options: argparse.Namespace) -> int:
    """Unpack and check beside the data directory, then put in place; what was there is kept under another name."""
    here = settings.data_dir
    if (here / DATABASE).exists() and not options.force:
        raise CommandRefused(f"{here} holds a database already; add --force to put the backup in its place.")
    here.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=here) as scratch:
        with tarfile.open(options.file) as tar:
            tar.extractall(scratch, filter="data")
        unpacked = Path(scratch)
        if not (unpacked / DATABASE).exists():
            raise CommandRefused(f"{options.file} is no Bincard backup: it holds no {DATABASE}.")
        checked = sqlite3.connect(unpacked / DATABASE)
        verdict = checked.execute("pragma integrity_check").fetchone()[0]
        checked.close()
        if verdict != "ok":
            raise CommandRefused(f"the database in {options.file} is damaged ({verdict}); nothing was changed.")
        put_in_place(unpacked, here)
    print(f"restored {options.file} into {here}")
    return 0


def put_in_place(unpacked: Path, here: Path) -> None:
    """Move the parts over; the old ones stay beside them as `*.before-restore`."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", MEDIA, SECRET):
        old, new = here / name, unpacked / name
        if old.exists() and (new.exists() or name.startswith(DATABASE)):
            aside = here / f"{name}.before-restore"
            if aside.is_dir():
                import shutil

                shutil.rmtree(aside)
            old.replace(aside)
        if new.exists():
            new.replace(old)
