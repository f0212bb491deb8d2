"""Scans: how they are told from typing, and what the labels say."""
