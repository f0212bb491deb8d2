"""Count sessions: what is to be counted, what was found, and what became of it. Bincard's own; InvenTree has none."""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import (
    Base,
    boolean,
    char,
    foreign,
    integer,
    json_field,
    positive,
)
from server.db.columns import moment as time
from server.db.columns import quantity as amount
from server.db.models.mixins import Keyed, autoincrement

__all__ = ["CountEntry", "CountLine", "CountParked", "CountReason", "CountSession"]


class CountSession(Keyed, Base):
    """One stocktaking: a sheet of lines and who counts it."""

    __tablename__ = "bincard_countsession"
    __table_args__ = autoincrement(Index(None, "status"))

    reference = char(50, "Reference", "Number of the session", blank=True)
    description = char(250, "Description", "What is counted, for people", blank=True)
    scope = json_field("Scope", "What was chosen to be counted")
    status = integer("Status", default=10)
    blind = boolean("Blind", "Counters do not see the expected quantity", default=True)
    mode = char(10, "Mode", "How the entries of several counters go together", default="single")
    created_by_id = foreign("auth_user", "Created by", null=True, on_delete="SET NULL")
    created = time("Created", null=False, index=True)
    closed = time("Closed")


class CountReason(Keyed, Base):
    """Why the record was wrong; each posted variance names one."""

    __tablename__ = "bincard_countreason"
    __table_args__ = autoincrement(UniqueConstraint("code"))

    code = char(30, "Code", "Short name, as it is typed")
    label = char(150, "Label", "What it means")
    active = boolean("Active", "Whether it can still be chosen", default=True)


class CountLine(Keyed, Base):
    """One stock item to be counted. `expected` is the snapshot; `tracking_seen` the last entry of the item's history
    that is in it. `counted`, `expected_then` and `variance` are set when the line is judged, `before` and `after` when
    it is posted."""

    __tablename__ = "bincard_countline"
    __table_args__ = autoincrement(
        Index(None, "session_id", "position"), Index(None, "session_id", "status"),
        Index(None, "session_id", "stock_item_key"), Index(None, "stock_item_key"),
    )  # fmt: skip

    session_id = foreign("bincard_countsession", "Session", on_delete="CASCADE", index=False)
    position = positive("Position", "Place in the walking order")
    stock_item_id = foreign("stock_stockitem", "Stock item", null=True, on_delete="SET NULL")
    stock_item_key = positive("Stock item key", "Key of the item, also once it is gone", null=True)
    part_id = foreign("part_part", "Part", null=True, on_delete="SET NULL")
    location_id = foreign("stock_stocklocation", "Location", null=True, on_delete="SET NULL")
    batch = char(100, "Batch", null=True, blank=True)
    serial = char(100, "Serial", null=True, blank=True)
    expected = amount("Expected", "What the record said when the sheet was made")
    tracking_seen = positive("Tracking seen", default=0)
    status = integer("Status", default=10)
    round = integer("Round", "1: first count, 2: recount", default=1)
    taken_by_id = foreign("auth_user", "Taken by", null=True, on_delete="SET NULL")
    taken_at = time("Taken at")
    found = boolean("Found", "Added by a scan", default=False)
    counted = amount("Counted", null=True)
    expected_then = amount("Expected then", "What the record said when the line was counted", null=True)
    variance = amount("Variance", null=True, floor=None)
    reason_id = foreign("bincard_countreason", "Reason", null=True)
    note = char(500, "Note", blank=True)
    approver_id = foreign("auth_user", "Approver", null=True, on_delete="SET NULL")
    approved_at = time("Approved at")
    before = amount("Before", "Quantity of the item before it was posted", null=True)
    after = amount("After", "Quantity of the item after it was posted", null=True)
    posted_at = time("Posted at")
    refused_because = char(500, "Refused because", blank=True)


class CountEntry(Keyed, Base):
    """What a counter entered, exactly once by `key`. `seen` is the last entry of the item's history that is in
    `expected_then`."""

    __tablename__ = "bincard_countentry"
    __table_args__ = autoincrement(UniqueConstraint("session_id", "key"))

    session_id = foreign("bincard_countsession", "Session", on_delete="CASCADE", index=False)
    line_id = foreign("bincard_countline", "Line", on_delete="CASCADE")
    key = char(64, "Key", "Given by the client, so that nothing is taken twice")
    counter_id = foreign("auth_user", "Counter", null=True, on_delete="SET NULL")
    round = integer("Round", default=1)
    mode = char(3, "Mode", "set: replaces the counter's total; add: adds to it", default="set")
    quantity = amount("Quantity", floor=None)
    counted_at = time("Counted at", null=False)
    received_at = time("Received at", null=False)
    expected_then = amount("Expected then")
    seen = positive("Seen", default=0)
    elsewhere = boolean("Elsewhere", default=False)
    note = char(500, "Note", blank=True)


class CountParked(Keyed, Base):
    """A barcode that nobody knew, kept with a note until somebody finds out."""

    __tablename__ = "bincard_countparked"
    __table_args__ = autoincrement(UniqueConstraint("session_id", "key"))

    session_id = foreign("bincard_countsession", "Session", on_delete="CASCADE", index=False)
    key = char(64, "Key")
    barcode = char(2000, "Barcode")
    note = char(500, "Note", blank=True)
    user_id = foreign("auth_user", "User", null=True, on_delete="SET NULL")
    moment = time("Moment", null=False)
