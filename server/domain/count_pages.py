"""A table as a page that prints: plain HTML without scripts, everything in it escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from server.domain.spreadsheets import as_text

__all__ = ["POLICY", "page"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The Content-Security-Policy that such a page goes out with."""

_STYLE = """
@page { margin: 12mm }
body { font: 10pt sans-serif; margin: 1em }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border: 1px solid #888; padding: 2px 5px; text-align: left; vertical-align: top }
td.n { text-align: right; font-variant-numeric: tabular-nums }
td:empty { min-width: 4em }
"""


def page(title: str, about: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The whole page: a heading, a line for each text of `about`, the table."""
    lines = "".join(f"<p>{_safe(text)}</p>\n" for text in about)
    head = "".join(f"<th>{_safe(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(_cell(value) for value in row)}</tr>\n" for row in rows)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{_safe(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{_safe(title)}</h1>\n{lines}"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></body></html>\n"
    )


def _safe(value: Any) -> str:
    return escape(as_text(value), quote=True)


def _cell(value: Any) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f'<td class="n">{_safe(value)}</td>' if number else f"<td>{_safe(value)}</td>"
