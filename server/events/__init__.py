"""The log of events: what changes, in the order of the commits, for those who follow it (docs/events.md)."""
