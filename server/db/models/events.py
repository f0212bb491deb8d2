"""What happened, for those who follow it, and the work that is done beside requests. Bincard's own."""

from sqlalchemy import Index, UniqueConstraint

from server.db.columns import Base, char, integer, json_field, long_text, positive
from server.db.columns import moment as time
from server.db.models.mixins import Keyed, autoincrement

__all__ = ["Event", "Job", "Mark"]


class Event(Keyed, Base):
    """One change of one object, written in the transaction of the change. The keys grow in the order of the commits
    (see docs/events.md). `user_key` and `object_key` are no foreign keys: events outlive what they tell of."""

    __tablename__ = "bincard_event"
    # Each way to ask for the newest first (docs/audit.md) has an index that ends in the key.
    __table_args__ = autoincrement(
        Index(None, "model", "object_key"), Index(None, "model", "pk"), Index(None, "kind", "pk"),
        Index(None, "user_key", "pk"), Index(None, "part_key", "pk"), Index(None, "parent_key", "pk"),
        Index(None, "time"),
    )  # fmt: skip

    time = time("Time", null=False)
    kind = char(20, "Kind", "stock, order, count, user, part, company, alert or setting")
    model = char(40, "Model", "What was changed, as InvenTree calls it: stockitem")
    object_key = positive("Object key")
    part_key = positive("Part key", "The part that it is of", null=True)
    parent_key = positive("Parent key", "The order, session or item that it is a line of", null=True)
    action = char(20, "Action", "created, changed or deleted")
    user_key = positive("User key", "Who did it; null: the server itself", null=True)
    username = char(150, "User name", blank=True)
    origin = char(200, "Origin", "The request, command or job that did it", blank=True)
    about = json_field("About", "What the object belongs to: part, location, order")
    changes = json_field("Changes", "Each figure that changed: before and after")


class Mark(Keyed, Base):
    """How far something has come: up to which event the log is pruned, which event a follower has seen, when a periodic
    job was last due. The row "order" is locked by whoever is about to write events, and never changed."""

    __tablename__ = "bincard_mark"
    __table_args__ = autoincrement(UniqueConstraint("name"))

    name = char(100, "Name")
    position = positive("Position", default=0)


class Job(Keyed, Base):
    """One piece of work: queued, running, done or failed. While it waits, `waiting_key` keeps a second one of its kind
    out of the queue."""

    __tablename__ = "bincard_job"
    __table_args__ = autoincrement(
        UniqueConstraint("task_id"), UniqueConstraint("waiting_key"), Index(None, "state", "due_at"),
        Index(None, "finished_at"),
    )  # fmt: skip

    task_id = char(32, "Task ID", "Random name under which whoever asked for it finds it")
    name = char(100, "Name", "Which job it is")
    arguments = json_field("Arguments")
    state = char(10, "State", default="queued")
    waiting_key = char(150, "Waiting key", null=True)
    attempts = integer("Attempts", "How often it was begun", default=0)
    user_key = positive("User key", "Who asked for it", null=True)
    queued_at = time("Queued at", null=False)
    due_at = time("Due at", "Not to be begun before", null=False)
    started_at = time("Started at")
    seen_at = time("Seen at", "When the worker last showed that it lives")
    finished_at = time("Finished at")
    worker = char(100, "Worker", "Machine, process and start of the process that runs it", blank=True)
    done = integer("Done", "How much of it is done", default=0)
    total = integer("Total", "How much there is to do; 0: not known", default=0)
    result = json_field("Result")
    error = long_text("Error", "What went wrong the last time")
