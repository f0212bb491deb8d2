"""The conformance program against our server: seeded through the public API, then judged.

The resources that Bincard has must pass every check; the floors of what is judged only rise.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.serving import running
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

COMPLETE = re.compile(
    r"/api/(?:$|user/|part/|stock/|company/|parameter/|attachment/|project-code/|settings/|notifications/|search/"
    r"|barcode/|generic/|system/|version|currency/|units/|tag/|selection/|metadata/|generate/|bom/|plugins/"
    r"|data-output|locate|order/)"
)
FLOORS: dict[str, int] = json.loads((Path(__file__).parent / "conformance_floors.json").read_text())


def is_ours(result: dict[str, Any]) -> bool:
    """Whether the operation ("GET /api/part/") is of a resource that Bincard has in full."""
    return COMPLETE.match(result["op"].split(" ")[1]) is not None


@pytest.fixture(scope="module")
def results(empty_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the program says of each operation of tier 1."""
    scratch = tmp_path_factory.mktemp("conformance")
    tool = SHARED / "tools" / "compat"
    with running(scratch / "data", empty_template, sign_in_tries=1000) as server:
        account = ["--base", server.url, "--user", "admin", "--password", "admin"]
        subprocess.run([sys.executable, str(tool / "seed.py"), *account], capture_output=True, timeout=300, check=False)
        out = scratch / "result.json"
        subprocess.run(
            [sys.executable, str(tool / "compat.py"), *account, "--tier", "1", "--out", str(out),
             "--schema", str(SHARED / "inventree" / "openapi-532.yaml"),
             "--surface", str(SHARED / "inventree" / "surface.csv")],
            capture_output=True, timeout=600, check=True,
        )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(out.read_text())["results"]
    return found


def test_what_we_have_passes_every_check(results: list[dict[str, Any]]) -> None:
    failed = [one for one in results if is_ours(one) and one["verdict"] == "fail"]
    assert not failed, json.dumps(failed[:20], indent=1)


def test_as_much_is_judged_as_before(results: list[dict[str, Any]]) -> None:
    passed = Counter(one["check"] for one in results if is_ours(one) and one["verdict"] == "pass")
    print("conformance, tier 1, checks passed:", dict(passed))
    for check, floor in FLOORS.items():
        assert passed[check] >= floor, f"{check}: {passed[check]} passed, {floor} before"
