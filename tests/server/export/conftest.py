"""What is only tried where its service is installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("moto") else ["test_bucket.py"]
