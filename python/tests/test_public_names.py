"""What can be imported, and what importing costs."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import List

import pytest

import cog

NAMES = """
AsyncConcatenateIterator BaseModel BasePredictor BaseRunner CancelationException ConcatenateIterator ExperimentalFeatureWarning
FieldInfo File Input Opaque Path Secret URLFile URLPath __version__ concurrent current_scope emit_metric streaming
""".split()

MODULES = {
    "cog.coder": "Coder",
    "cog.coders": "Coder",
    "cog.errors": "CogError ConfigDoesNotExist PredictorNotSet",
    "cog.exceptions": "CancelationException",
    "cog.input": "FieldInfo Input",
    "cog.mode": "Mode",
    "cog.model": "BaseModel",
    "cog.predictor": "BasePredictor BaseRunner extract_setup_weights has_setup_weights load_predictor_from_ref",
    "cog.server.exceptions": "CancelationException",
    "cog.suppress_output": "suppress_output",
    "cog.types": "AsyncConcatenateIterator ConcatenateIterator FieldInfo File Input Path Secret URLFile URLPath get_filename",
}


def test_names() -> None:
    assert sorted(cog.__all__) == cog.__all__ == NAMES
    assert all(hasattr(cog, name) for name in [*NAMES, "AsyncIterator", "Iterator", "Coder"])
    with pytest.raises(AttributeError, match="module 'cog' has no attribute 'nonsense'"):
        cog.nonsense  # type: ignore[attr-defined] # noqa: B018


@pytest.mark.parametrize("module", MODULES)
def test_modules_only_re_export(module: str) -> None:
    loaded = importlib.import_module(module)
    public = sorted(name for name in vars(loaded) if not name.startswith("_") and name != "annotations")
    assert public == sorted(MODULES[module].split(), key=lambda name: name)


def test_importing_loads_nothing_else() -> None:
    assert loaded_by("import cog") == ["__future__", "cog", "cog._version"]


def test_what_most_models_import_loads_neither_dataclasses_nor_typing() -> None:
    loaded = loaded_by("from cog import BaseRunner, BasePredictor, Input, Path, Secret, BaseModel, streaming, current_scope")
    assert not {"dataclasses", "inspect", "ast", "typing"}.intersection(loaded)


def test_the_sdk_imports_nothing_heavy() -> None:
    loaded = loaded_by("from cog import *")
    heavy = {
        "asyncio",
        "tempfile",
        "urllib.request",
        "http.client",
        "ssl",
        "subprocess",
        "logging",
        "json",
        "numpy",
        "pydantic",
    }
    assert not heavy.intersection(loaded)


def test_deprecated_names_say_so_once_on_stderr() -> None:
    code = "import cog; cog.emit_metric; cog.emit_metric('a', 1); cog.ExperimentalFeatureWarning"
    answer = subprocess.run([sys.executable, "-W", "ignore", "-c", code], stderr=subprocess.PIPE, check=True)
    lines = answer.stderr.decode().splitlines()
    assert [("record_metric" in line, "ExperimentalFeatureWarning" in line) for line in lines] == [(True, False), (False, True)]
    assert issubclass(cog.ExperimentalFeatureWarning, FutureWarning)


def loaded_by(code: str) -> List[str]:
    script = f"import sys; before = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - before))"
    return subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True).stdout.decode().split()
