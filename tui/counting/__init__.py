"""Counting: what is counted, kept on disk before anything else happens, and posted behind the counter's back."""
