"""Files for BI in a bucket of an S3 service. `moto[server]` is too large, and holds too much back, to be installed for
this alone: where it is not installed this file is not collected (`conftest.py`)."""

from datetime import timedelta
from importlib import import_module
from typing import Any

from pyarrow import fs

from server.db.session import Database
from tests.server.export.test_parquet import NOW, database, read, run

__all__ = ["database"]


def test_a_bucket_of_a_real_service(database: Database) -> None:
    service: Any = import_module("moto.server")
    running = service.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        where = {"endpoint_override": f"{host}:{port}", "scheme": "http", "region": "eu-west-1"}
        bucket = fs.S3FileSystem(access_key="key", secret_key="secret", allow_bucket_creation=True, **where)
        bucket.create_dir("warehouse")
        settings: dict[str, Any] = {
            "export_s3_endpoint": f"http://{host}:{port}", "export_s3_region": "eu-west-1", "export_s3_key": "key",
            "export_s3_secret": "secret",
        }  # fmt: skip
        told = run(database, "s3://warehouse/bi", **settings)
        for table, count in told["rows"].items():
            assert len(read("warehouse/bi", table, bucket)) == count, table
        again = run(database, "s3://warehouse/bi", NOW + timedelta(days=1), **settings)
        assert (again["rows"]["movements"], again["rows"]["sales"]) == (0, 0)
    finally:
        running.stop()
