"""The life of a worker: own descriptors, logs, load, setup, ready, serve, end."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any, Callable, Dict, NoReturn, Optional

from .._scope import running
from ._channel import Channel
from ._descriptors import moved_away, redirect_standard
from ._frames import FLAG_RAW_PENDING, INTERFACE, LOG, READY, SETUP_FAILED, STDERR, STDOUT
from ._logs import Flusher, LogStream
from ._prediction import Surroundings, error_text, unread_bytes_check
from ._settings import Settings, read_settings
from ._traceback import user_traceback

if TYPE_CHECKING:
    import asyncio

    from .._load import Model


def run_worker(channel_descriptor: int, output_descriptor: int) -> None:
    """Serve until the server says so, or is gone. Does not return: ends the process."""
    output = moved_away(output_descriptor)
    redirect_standard(output)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = read_settings(os.environ)
    connection = socket.socket(fileno=moved_away(channel_descriptor))
    connection.setblocking(True)
    os.set_blocking(output, True)
    worker = _Worker(settings, Channel(connection, settings.temporary_root), output)
    status = 1
    try:
        status = worker.run()
    finally:
        _end(worker, status)


def _end(worker: _Worker, status: int) -> None:
    """Run what user code registered for the end, and leave without waiting for its threads."""
    import atexit

    try:
        atexit._run_exitfuncs()
        worker.flusher.flush()
        worker.channel.flush()
    except BaseException:
        pass
    os._exit(status)


class _Worker:
    def __init__(self, settings: Settings, channel: Channel, output: int) -> None:
        self.channel = channel
        self.flusher = Flusher(channel)
        self._settings = settings
        self._raw_pending = unread_bytes_check(output)
        self._event_loop: Optional[asyncio.AbstractEventLoop] = None

    def run(self) -> int:
        self._capture_output()
        try:
            serve = self._prepare()
        except BaseException as error:
            sys.stderr.write(user_traceback(error))
            self._send_logs()
            self._send_json(SETUP_FAILED, {"error": error_text(error)})
            return 1
        serve()
        return 0

    def _capture_output(self) -> None:
        from ._threads import follow_threads

        streams = [LogStream(source, self.flusher.stray) for source in (STDOUT, STDERR)]
        sys.stdout, sys.stderr = streams
        self.flusher.start()
        follow_threads()
        _keep_last_words(self.flusher)

        def in_child() -> None:
            for stream in streams:
                stream.forked()
            running.set(None)
            signal.signal(signal.SIGUSR1, signal.SIG_DFL)
            self.channel.close()

        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=in_child)

    def _prepare(self) -> Callable[[], None]:
        """Load, set up, say ready. The function that serves comes back."""
        from .._errors import PredictorNotSet
        from .._kinds import decoders_of, file_kinds_of
        from .._load import load_model
        from ._setup import set_up

        settings = self._settings
        if settings.reference is None:
            variable = "COG_TRAIN_TYPE_STUB" if settings.train else "COG_PREDICT_TYPE_STUB"
            raise PredictorNotSet(f"nothing to run: {variable} is not set; it names the class, e.g. run.py:Runner")
        model = load_model(settings.reference, settings.train)
        slots = settings.max_concurrency or model.concurrency or 1
        if slots > 1 and not model.is_async:
            raise ValueError("COG_MAX_CONCURRENCY > 1 requires an async run() or predict() method")
        decoders = decoders_of(model.function)
        set_up(model, settings.weights, self._run_until_complete)

        serve = self._async_loop(model, decoders) if model.is_async else self._sync_loop(model, decoders)
        self._send_logs()
        ready = {
            "pid": os.getpid(),
            "slots": slots,
            "files": file_kinds_of(model.function),
            "healthcheck": _healthcheck_of(model) is not None,
        }
        self._send_json(READY, ready, flags=FLAG_RAW_PENDING if self._raw_pending() else 0)
        return serve

    def _sync_loop(self, model: Model, decoders: Dict[str, Any]) -> Callable[[], None]:
        from ._sync import SyncLoop

        loop = SyncLoop(
            model,
            decoders,
            self.channel,
            self._health(model, self._run_on_new_loop),
            self._inspector(model),
            self._run_until_complete,
        )
        loop.cancel.install()
        around = self._surroundings(loop.cancel.shield)
        self.flusher.shield = loop.cancel.shield
        return lambda: loop.serve(around)

    def _async_loop(self, model: Model, decoders: Dict[str, Any]) -> Callable[[], None]:
        from ._async import AsyncLoop

        event_loop = self._loop()
        loop = AsyncLoop(
            model, decoders, self.channel, self._health(model, self._run_on_loop), self._inspector(model), event_loop
        )
        # A cancel is sent with a signal, whatever the model; here the frame alone is enough.
        signal.signal(signal.SIGUSR1, lambda *_: None)
        around = self._surroundings()
        return lambda: loop.serve(around)

    def _surroundings(self, shield: Any = None) -> Surroundings:
        extra = {} if shield is None else {"shield": shield}
        return Surroundings(self.channel, self.flusher, self._settings, self._raw_pending, **extra)

    def _health(self, model: Model, run: Callable[[Any], Any]) -> Callable[[int], None]:
        from ._health import Health

        method = _healthcheck_of(model)

        def check() -> Any:
            result = True if method is None else method()
            return run(result) if hasattr(result, "__await__") else result

        return Health(check, self.channel).request

    def _inspector(self, model: Model) -> Callable[[int], None]:
        def inspect(sequence: int) -> None:
            model.inputs.restore()
            try:
                from .._inspect import interface_of

                interface = interface_of(model, self._settings.train)
                if self._settings.train_reference is not None:
                    interface.update(_interface_of_training(self._settings.train_reference))
                self._send_json(INTERFACE, interface, sequence)
            except Exception as error:
                self._send_json(INTERFACE, {"error": error_text(error)}, sequence)
            finally:
                model.inputs.replace()

        return inspect

    def _loop(self) -> asyncio.AbstractEventLoop:
        """The one event loop: of async setup, predictions and healthchecks alike."""
        if self._event_loop is None:
            import asyncio

            self._event_loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._event_loop)
        return self._event_loop

    def _run_until_complete(self, awaitable: Any) -> Any:
        return self._loop().run_until_complete(awaitable)

    def _run_on_loop(self, awaitable: Any) -> Any:
        """From another thread."""
        import asyncio

        return asyncio.run_coroutine_threadsafe(_awaited(awaitable), self._loop()).result()

    def _run_on_new_loop(self, awaitable: Any) -> Any:
        import asyncio

        return asyncio.run(_awaited(awaitable))

    def _send_logs(self) -> None:
        with self.flusher.stray.lock:
            data = self.flusher.stray.take(final=True)
            if data:
                self.channel.send(LOG, 0, data)

    def _send_json(self, kind: int, payload: Any, sequence: int = 0, flags: int = 0) -> None:
        self.channel.send(kind, sequence, json.dumps(payload).encode(), flags)


def _keep_last_words(flusher: Flusher) -> None:
    """What a model printed before it died is how its author learns why."""
    import faulthandler

    faulthandler.enable(file=2)
    leave, worker = os._exit, os.getpid()

    def leave_after_logs(status: int) -> NoReturn:
        if os.getpid() == worker:
            flusher.flush()
        leave(status)

    os._exit = leave_after_logs


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


def _interface_of_training(reference: str) -> Dict[str, Any]:
    """Of the file that is named beside the model. A mistake in it must not keep the model from being served."""
    from .._inspect import endpoint_of
    from .._load import find_target

    try:
        target = find_target(reference, train=True)
        method = getattr(target, "train", None)
        return {"train": endpoint_of(target if method is None else method)}
    except Exception as error:
        sys.stderr.write(f"{reference} cannot be described, so that trainings are not checked: {error_text(error)}\n")
        return {}


def _healthcheck_of(model: Model) -> Optional[Callable[[], Any]]:
    method = getattr(model.instance, "healthcheck", None)
    return method if callable(method) else None
