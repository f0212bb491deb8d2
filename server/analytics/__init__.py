"""Forecasts of demand: numbers in, numbers out, no database. Of the extra `analytics`, for the worker alone
(docs/forecasts.md)."""
