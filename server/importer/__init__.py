"""Taking in an InvenTree export: Django's dumpdata JSON, of API 532 or of older generations."""

from server.importer.report import Counts, ImportFailed, ImportReport, Refusal
from server.importer.run import import_file

__all__ = ["Counts", "ImportFailed", "ImportReport", "Refusal", "import_file"]
