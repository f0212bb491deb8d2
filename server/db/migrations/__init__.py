"""The migrations, oldest first. The server compares with this list when it starts, without loading Alembic."""

__all__ = ["HEAD", "REVISIONS"]

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
HEAD = REVISIONS[-1]
