"""Material that lies beside the project on some machines: recorded exchanges, the conformance program."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

__all__ = ["SHARED", "load_tool", "needs_shared"]

SHARED = Path(__file__).parents[2] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded exchanges are not beside this checkout")


def load_tool(name: str) -> ModuleType:
    """A program of the shared tools, as a module ("replay/replay")."""
    path = SHARED / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
