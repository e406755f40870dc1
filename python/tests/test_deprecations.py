"""Old ways of writing a model: said once, at the place that is meant, and not to those who filter warnings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

MODEL = """\
from cog import BasePredictor

def plain(function):
    return function

class Other:
    pass

class Predictor(BasePredictor):
    def setup(self):
        pass

    @plain
    async def predict(self, x: int) -> int:
        return x
"""

LOAD = "from cog._modules._load import load_model; load_model('predict.py:Predictor')"


def warnings_of(folder: Path, *options: str, before: str = "") -> List[str]:
    (folder / "predict.py").write_text(before + MODEL)
    command = [sys.executable, *options, "-c", LOAD]
    return subprocess.run(command, cwd=str(folder), stderr=subprocess.PIPE, check=True).stderr.decode().splitlines()


def test_the_place_is_the_method_and_the_class(tmp_path: Path) -> None:
    file = tmp_path / "predict.py"
    assert warnings_of(tmp_path) == [
        f"{file}:14: DeprecationWarning: Predictor.predict() is deprecated; use run() instead",
        "  async def predict(self, x: int) -> int:",
        f"{file}:9: DeprecationWarning: BasePredictor is deprecated; use BaseRunner instead",
        "  class Predictor(BasePredictor):",
    ]


@pytest.mark.parametrize(
    ("options", "before"),
    [
        (["-W", "ignore"], ""),
        (["-W", "ignore::DeprecationWarning"], ""),
        ([], "import warnings; warnings.filterwarnings('ignore', message='.*is deprecated; use')\n"),
    ],
)
def test_filters_silence_them(tmp_path: Path, options: List[str], before: str) -> None:
    assert warnings_of(tmp_path, *options, before=before) == []
