"""From ``file.py:Name`` to something that can be called: a class with ``run`` (``predict`` in older models), or a function."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ._base import BasePredictor, BaseRunner
from ._decorators import CONCURRENT_ATTRIBUTE, is_async
from ._deprecated import warn_about_class, warn_about_method
from ._errors import ModelLoadError

_FRAMEWORK = (BaseRunner, BasePredictor, object)


class Model(NamedTuple):
    target: Any
    """The class or function that the reference names."""
    instance: Any
    """What ``self`` is; None for a function."""
    call: Callable[..., Any]
    """Takes keyword arguments only."""
    function: Any
    """The function behind ``call``, with the annotations."""
    method: Optional[str]
    """run, predict or train; None for a function."""
    is_async: bool
    concurrency: Optional[int]
    """What ``@cog.concurrent`` says."""
    inputs: InputDefaults


class InputDefaults:
    """Replaces each ``Input(...)`` among the defaults of a function: omitted inputs reach user code plain."""

    def __init__(self, function: Any) -> None:
        self._functions: List[Tuple[Any, Any, Any]] = []
        while function is not None and len(self._functions) < 100:
            function = getattr(function, "__func__", function)
            if hasattr(function, "__defaults__"):
                self._functions.append((function, function.__defaults__, function.__kwdefaults__))
            function = getattr(function, "__wrapped__", None)
        self.replace()

    def replace(self) -> None:
        for function, defaults, keyword_defaults in self._functions:
            if defaults and any(map(_is_field, defaults)):
                function.__defaults__ = tuple(map(_default_of, defaults))
            if keyword_defaults and any(map(_is_field, keyword_defaults.values())):
                function.__kwdefaults__ = {name: _default_of(value) for name, value in keyword_defaults.items()}

    def restore(self) -> None:
        """As the author wrote them, for whoever reads the interface."""
        for function, defaults, keyword_defaults in self._functions:
            function.__defaults__ = defaults
            function.__kwdefaults__ = keyword_defaults


def load_model(reference: str, train: bool = False) -> Model:
    """Import the file and make the instance. ``setup()`` is not called."""
    target = find_target(reference, train)
    if not isinstance(target, type):
        if not callable(target):
            raise ModelLoadError(f"{reference}: not a class or a function")
        function, call, instance, method = target, target, None, None
    else:
        method = "train" if train else _method_of(target)
        if train and not hasattr(target, "train"):
            raise ModelLoadError(f"train method not found: {target.__name__}")
        if method == "predict":
            warn_about_method(f"{target.__name__}.predict() is deprecated; use run() instead", getattr(target, method))
        heir = next((cls for cls in target.__mro__ if BasePredictor in cls.__bases__), None)
        if heir is not None:
            warn_about_class("BasePredictor is deprecated; use BaseRunner instead", heir)
        instance = target()
        call = getattr(instance, method)
        function = getattr(call, "__func__", call)
    return Model(
        target=target,
        instance=instance,
        call=call,
        function=function,
        method=method,
        is_async=is_async(function) or is_async(type(function).__call__),
        concurrency=getattr(function, CONCURRENT_ATTRIBUTE, None),
        inputs=InputDefaults(function),
    )


def find_target(reference: str, train: bool = False) -> Any:
    """The class or function, after running the file that defines it."""
    path, name = _split(reference)
    module = _import_file(path)
    if name:
        if not hasattr(module, name):
            raise ModelLoadError(f"{name} not found in {path}")
        return getattr(module, name)
    return module.train if train and hasattr(module, "train") else _unnamed(module, path)


def _split(reference: str) -> Tuple[str, str]:
    path, separator, name = reference.rpartition(":")
    return (path, name) if separator and path.endswith(".py") else (reference, "")


_modules: Dict[str, ModuleType] = {}
"""By absolute path. The train function is often in the file of the model, which must not be run twice."""


def _import_file(path: str) -> ModuleType:
    absolute = os.path.abspath(path)
    if absolute not in _modules:
        _modules[absolute] = _run_file(path)
    return _modules[absolute]


def _run_file(path: str) -> ModuleType:
    if not os.path.isfile(path):
        raise ModelLoadError(f"{path} not found in {os.getcwd()}")
    root = os.getcwd()
    if root not in sys.path:
        sys.path.insert(0, root)
    import importlib.util

    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, os.path.abspath(path))
    if spec is None or spec.loader is None:
        raise ModelLoadError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    # A project's types.py must not take the place of a module that Python itself uses.
    known = sys.modules.get(name)
    if known is None or str(getattr(known, "__file__", "")).startswith(root + os.sep):
        sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _unnamed(module: ModuleType, path: str) -> Any:
    runner, predictor = getattr(module, "Runner", None), getattr(module, "Predictor", None)
    if runner is not None and predictor is not None:
        warn_about_class(f"{path} has both Runner and Predictor; Runner is used", runner, UserWarning)
    if runner is not None:
        return runner
    if predictor is None:
        raise ModelLoadError(f"{path} has neither Runner nor Predictor")
    warn_about_class("Predictor is deprecated; call the class Runner, or name it as file.py:Name", predictor)
    return predictor


def _method_of(target: type) -> str:
    names = [name for name in ("run", "predict") if _defines(target, name)]
    if len(names) == 2:
        raise ModelLoadError(f"{target.__name__} must define either run() or predict(), not both")
    if not names:
        raise ModelLoadError(f"run or predict method not found: {target.__name__}")
    return names[0]


def _defines(target: type, name: str) -> bool:
    """In its own hierarchy: mixins listed after the framework's base do not count."""
    for cls in target.__mro__:
        if cls in _FRAMEWORK:
            return False
        if name in cls.__dict__:
            return True
    return False


def has_setup_weights(predictor: Any) -> bool:
    """Whether ``setup`` has a parameter named ``weights``."""
    import inspect

    return "weights" in inspect.signature(predictor.setup).parameters


def extract_setup_weights(predictor: Any) -> Optional[str]:
    """What to hand to ``setup(weights)``: the text of COG_WEIGHTS, or None."""
    from ._worker._settings import read_settings

    return read_settings(os.environ).weights


def load_predictor_from_ref(reference: str) -> Any:
    """An instance of the class, or the function, that the reference names."""
    model = load_model(reference)
    return model.call if model.instance is None else model.instance


def _is_field(value: Any) -> bool:
    fields: Any = sys.modules.get("cog._modules._inputs")
    return fields is not None and isinstance(value, fields.FieldInfo)


def _default_of(value: Any) -> Any:
    return value.default if _is_field(value) else value
