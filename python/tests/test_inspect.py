"""The running model's interface: the same as the static reader's on conformance/schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, List

import pytest

ROOT = Path(__file__).parent.parent.parent / "conformance" / "schema"

_PATH = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent / "src")])

_INSPECT = """
import json, sys, warnings
from stand_ins import stand_in_for
stand_in_for(json.loads(sys.argv[2]))
warnings.simplefilter("ignore")
from cog._modules._inspect import interface_of
from cog._modules._load import load_model
result = {}
for mode, reference in json.loads(sys.argv[1]).items():
    model = load_model(reference, train=mode == "train")
    model.inputs.restore()
    result.update(interface_of(model, train=mode == "train"))
print(json.dumps(result))
"""


def _cases() -> List[Any]:
    return [pytest.param(case.parent, id=case.parent.name) for case in sorted(ROOT.glob("*/interface.json"))]


@pytest.mark.parametrize("folder", _cases())
def test_interface_is_that_of_the_source(folder: Path) -> None:
    case = _case(folder)
    _skip_unless_it_can_be_loaded(case)
    references = {mode: case[mode] for mode in ("predict", "train") if mode in case}
    done = subprocess.run(
        [sys.executable, "-c", _INSPECT, json.dumps(references), json.dumps(case.get("stubs", []))],
        cwd=str(folder),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": _PATH},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((folder / "interface.json").read_text())


def _case(folder: Path) -> Any:
    file = folder / "case.json"
    return json.loads(file.read_text()) if file.exists() else {"predict": "model.py:Runner"}


def _skip_unless_it_can_be_loaded(case: Any) -> None:
    if "uninspected" in case:
        pytest.skip(case["uninspected"])
    version = tuple(int(part) for part in case.get("python", "3.8").split("."))
    if sys.version_info < version:
        pytest.skip(f"needs Python {case['python']}")
    for module in case.get("modules", []):
        pytest.importorskip(module)
