"""Finding the object that a barcode means, linking foreign barcodes, and keeping what was scanned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.actions.supplier_parts import set_pack
from server.actions.targets import TARGETS, Target
from server.actions.trees import plant
from server.db.models.common import BarcodeScanResult
from server.db.models.company import SupplierPart
from server.db.models.stock import StockItem, StockLocation
from server.domain.barcodes import barcode_hash

__all__ = ["BARCODE_TARGETS", "CODES", "Scan", "keep_scan", "link", "unlink"]

BARCODE_TARGETS: Mapping[str, Target] = {target.name: target for target in TARGETS if target.code}
"""What can have a barcode, in the order in which kinds are looked for."""

CODES: Mapping[str, str] = {name: target.code for name, target in BARCODE_TARGETS.items()}


def link(session: Session, row: Any, text: str, now: datetime) -> None:
    """Let a foreign barcode stand for an object; it replaces the one that the object has."""
    row.barcode_data, row.barcode_hash = text, barcode_hash(text)
    _touch(session, row, now)


def unlink(session: Session, row: Any, now: datetime) -> None:
    """Take the foreign barcode away from an object."""
    row.barcode_data = row.barcode_hash = ""
    _touch(session, row, now)


def _touch(session: Session, row: Any, now: datetime) -> None:
    """What InvenTree does besides whenever it saves such an object."""
    if isinstance(row, (StockItem, SupplierPart)):
        row.updated = now
    if isinstance(row, SupplierPart):
        set_pack(session, row)
    session.flush()
    if isinstance(row, StockLocation):
        plant(session, row)


@dataclass(frozen=True)
class Scan:
    """A barcode that was scanned. `answer` and `context` hold texts only."""

    text: str
    user: int
    path: str
    context: Mapping[str, str]
    answer: Mapping[str, str]
    matched: bool


def keep_scan(session: Session, scan: Scan, now: datetime, most: int) -> None:
    """Write a scan down; the oldest ones go when there are more than `most`."""
    session.add(
        BarcodeScanResult(
            data=scan.text, user_id=scan.user, timestamp=now, endpoint=scan.path[:250], context=dict(scan.context),
            response=dict(scan.answer), result=scan.matched,
        )
    )  # fmt: skip
    session.flush()
    surplus = session.scalar(select(func.count()).select_from(BarcodeScanResult)) or 0
    if surplus > most:
        oldest = select(BarcodeScanResult.pk).order_by(BarcodeScanResult.timestamp, BarcodeScanResult.pk)
        keys = session.scalars(oldest.limit(surplus - most)).all()
        session.execute(delete(BarcodeScanResult).where(BarcodeScanResult.pk.in_(keys)))
