"""The version of the client; the same as in `pyproject.toml`, here so that nothing has to be looked up at start."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
