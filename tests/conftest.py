"""What all tests share: databases made once per run, and the rule that CI skips nothing."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With BINCARD_NO_SKIPS a skipped test is a failure, except for want of material beside the checkout."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("BINCARD_NO_SKIPS") or reporter is None:
        return
    skipped = [
        report for report in reporter.stats.get("skipped", []) if "not beside this checkout" not in str(report.longrepr)
    ]
    if skipped:
        reporter.write_line(f"{len(skipped)} tests were skipped that should have run:", red=True)
        for report in skipped:
            reporter.write_line(f"  {report.nodeid}: {report.longrepr}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A directory that the first worker makes and the others wait for."""
    base = factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    target = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "made").exists():
            target.mkdir(exist_ok=True)
            make(target)
            (target / "made").touch()
    return target


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a migrated database and admin/admin."""
    from tests.serving import make_empty

    return _made_once(tmp_path_factory, "empty-template", make_empty)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo data; never served itself, only copied."""
    from tests.serving import make_demo

    return _made_once(tmp_path_factory, "demo-template", make_demo)
