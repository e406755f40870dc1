"""Serves an async model: one event loop, a task a prediction. Frames of one turn of the loop leave in one write."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Callable, Dict, Optional

from .._kinds import Decoder
from .._kinds._collection import is_iterator
from .._load import Model
from .._scope import running
from ._channel import Channel
from ._frames import CANCEL, HEALTHCHECK, INSPECT, PREDICT, SHUTDOWN, Frame
from ._prediction import Prediction, Surroundings
from ._sync import decoded

# As in _cancel: a model that cleans up must not be disturbed by repeated cancels.
_AGAIN_SECONDS = 1.0


class AsyncLoop:
    def __init__(
        self,
        model: Model,
        decoders: Dict[str, Decoder],
        channel: Channel,
        on_healthcheck: Callable[[int], None],
        on_inspect: Callable[[int], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._call = model.call
        self._decoders = decoders
        self._channel = channel
        self._on_healthcheck = on_healthcheck
        self._on_inspect = on_inspect
        self._loop = loop
        self._tasks: Dict[int, _Task] = {}
        self._around: Optional[Surroundings] = None
        self._flush_scheduled = False
        self._stopping = False

    def serve(self, around: Surroundings) -> None:
        """Until the server says so, or is gone."""
        self._around = around
        self._channel.defer(self._flush_soon)
        self._loop.add_reader(self._channel.fileno(), self._on_readable)
        while not self._stopping:
            try:
                self._loop.run_forever()
            except (SystemExit, KeyboardInterrupt):
                continue  # A task that user code started ended so: that is no reason for the others to end.
        self._channel.flush()

    def _on_readable(self) -> None:
        frames = self._channel.receive()
        if frames is None:
            self._stop()
            return
        for frame in frames:
            self._dispatch(frame)

    def _dispatch(self, frame: Frame) -> None:
        if frame.kind == PREDICT:
            task = _Task()
            self._tasks[frame.sequence] = task
            task.task = self._loop.create_task(self._predict(frame, task))
        elif frame.kind == CANCEL:
            task_of = self._tasks.get(frame.sequence)
            if task_of is not None:
                task_of.cancel()
        elif frame.kind == HEALTHCHECK:
            self._on_healthcheck(frame.sequence)
        elif frame.kind == INSPECT:
            self._on_inspect(frame.sequence)
        elif frame.kind == SHUTDOWN:
            self._stop()

    def _stop(self) -> None:
        self._stopping = True
        self._loop.stop()

    async def _predict(self, frame: Frame, task: _Task) -> None:
        assert self._around is not None
        prediction = Prediction(frame, self._around)
        if prediction.trace_context:
            # Few requests have one.
            from ._trace import follow_processes

            follow_processes()
        running.set(prediction)
        try:
            if task.requested:
                prediction.canceled()
                return
            task.started = True
            await self._run(prediction, task)
        except BaseException as error:
            prediction.ended_by(error, task.requested)
        finally:
            del self._tasks[frame.sequence]

    async def _run(self, prediction: Prediction, task: _Task) -> None:
        value = self._call(**decoded(prediction.input, self._decoders))
        if hasattr(value, "__await__"):
            value = await value
        if hasattr(value, "__aiter__"):
            async for item in value:
                prediction.output(item)
            iterated = True
        elif is_iterator(value):
            for item in value:
                prediction.output(item)
                await asyncio.sleep(0)
            iterated = True
        else:
            iterated = False
        if not iterated:
            prediction.done(value)
        elif task.requested:
            prediction.canceled()
        else:
            prediction.done_iterating()

    def _flush_soon(self) -> None:
        if not self._flush_scheduled:
            self._flush_scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_scheduled = False
        self._channel.flush()


class _Task:
    def __init__(self) -> None:
        self.task: Optional[asyncio.Task[None]] = None
        self.started = False
        self.requested = False
        self._asked_at = 0.0

    def cancel(self) -> None:
        """A task that has not started yet sees the request itself: asyncio would end it without running it at all."""
        now = monotonic()
        if self.started and self.task is not None and (not self.requested or now - self._asked_at > _AGAIN_SECONDS):
            self._asked_at = now
            self.task.cancel()
        self.requested = True
