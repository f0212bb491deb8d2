"""Work beside requests: declared one per file in `tasks`, queued in the database, carried by huey (docs/events.md)."""
