"""The running model's interface: the same as the static reader's on conformance/schema."""

from __future__ import annotations

import importlib.util
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


def _case(folder: Path) -> Any:
    file = folder / "case.json"
    return json.loads(file.read_text()) if file.exists() else {"predict": "model.py:Runner"}


def _can_be_loaded(case: Any) -> bool:
    """Some cases are for the static reader only, or ask for a newer Python or for packages that are not here."""
    version = tuple(int(part) for part in case.get("python", "3.8").split("."))
    return (
        "uninspected" not in case
        and sys.version_info >= version
        and all(importlib.util.find_spec(module) for module in case.get("modules", []))
    )


def _cases() -> List[Any]:
    folders = [file.parent for file in sorted(ROOT.glob("*/interface.json"))]
    return [pytest.param(folder, id=folder.name) for folder in folders if _can_be_loaded(_case(folder))]


@pytest.mark.parametrize("folder", _cases())
def test_interface_is_that_of_the_source(folder: Path) -> None:
    case = _case(folder)
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
