"""The terminal under the client: how it is driven, painted, left, and what is copied to its clipboard."""
