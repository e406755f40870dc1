"""Serves a sync model: one blocking loop on the main thread, because a signal can raise the cancel only there."""

from __future__ import annotations

from collections import deque
from typing import Any, Callable, Deque, Dict, Iterator, Optional

from .._cancelation import CancelationException
from .._kinds import Decoder
from .._kinds._collection import is_iterator
from .._load import Model
from .._scope import running
from ._cancel import Cancel
from ._channel import Channel
from ._frames import CANCEL, HEALTHCHECK, INSPECT, PREDICT, SHUTDOWN, Frame
from ._prediction import Prediction, Surroundings

RunUntilComplete = Callable[[Any], Any]


class SyncLoop:
    def __init__(
        self,
        model: Model,
        decoders: Dict[str, Decoder],
        channel: Channel,
        on_healthcheck: Callable[[int], None],
        on_inspect: Callable[[int], None],
        run_until_complete: RunUntilComplete,
    ) -> None:
        self.cancel = Cancel(self._drain)
        self.around: Optional[Surroundings] = None
        self._call = model.call
        self._decoders = decoders
        self._channel = channel
        self._on_healthcheck = on_healthcheck
        self._on_inspect = on_inspect
        self._run_until_complete = run_until_complete
        self._inbox: Deque[Frame] = deque()
        self._server_gone = False

    def serve(self, around: Surroundings) -> None:
        """Until the server says so, or is gone."""
        self.around = around
        while True:
            frame = self._next_frame()
            if frame is None or frame.kind == SHUTDOWN:
                return
            if frame.kind == PREDICT:
                self._predict(frame, around)
            elif frame.kind == HEALTHCHECK:
                self._on_healthcheck(frame.sequence)
            elif frame.kind == INSPECT:
                self._on_inspect(frame.sequence)
            # A cancel that is read here is for a prediction that has ended.

    def _next_frame(self) -> Optional[Frame]:
        while not self._inbox:
            frames = None if self._server_gone else self._channel.receive()
            if frames is None:
                return None
            self._inbox.extend(frames)
        return self._inbox.popleft()

    def _drain(self) -> None:
        """During a prediction: act on cancels and healthchecks that have come, keep the rest for later."""
        frames = self._channel.receive_waiting()
        if frames is None:
            self._server_gone = True
        self._inbox.extend(frames or ())
        self._sort_inbox()

    def _sort_inbox(self) -> None:
        for _ in range(len(self._inbox)):
            frame = self._inbox.popleft()
            if frame.kind == CANCEL:
                self.cancel.request(frame.sequence)
            elif frame.kind == HEALTHCHECK:
                self._on_healthcheck(frame.sequence)
            else:
                self._inbox.append(frame)

    def _predict(self, frame: Frame, around: Surroundings) -> None:
        prediction = Prediction(frame, around)
        cancel = self.cancel
        restore = _traced(prediction.trace_context) if prediction.trace_context else None
        token = running.set(prediction)
        cancel.begin(frame.sequence)
        if self._inbox:
            self._sort_inbox()
        try:
            try:
                self._run(prediction)
            except BaseException as error:
                cancel.disarm()
                prediction.ended_by(error, cancel.requested)
        except CancelationException:
            # It came between user code's own exception and disarm().
            cancel.disarm()
            prediction.canceled()
        finally:
            cancel.end()
            running.reset(token)
            if restore is not None:
                restore()

    def _run(self, prediction: Prediction) -> None:
        cancel = self.cancel
        inputs = decoded(prediction.input, self._decoders)
        cancel.arm()
        value = self._call(**inputs)
        if hasattr(value, "__await__") or hasattr(value, "__aiter__"):
            # Not declared async, and yet: a wrapper around an async function.
            value = self._run_until_complete(_completed(value))
        cancel.disarm()
        if is_iterator(value):
            self._iterate(value, prediction)
            if cancel.requested:
                prediction.canceled()
            else:
                prediction.done_iterating()
        else:
            # Also after a cancel that it swallowed: the server shows what came as partial output.
            prediction.done(value)

    def _iterate(self, iterator: Iterator[Any], prediction: Prediction) -> None:
        while True:
            item = self._next_item(iterator)
            if item is _END:
                return
            prediction.output(item)

    def _next_item(self, iterator: Iterator[Any]) -> Any:
        cancel = self.cancel
        try:
            cancel.arm()
            item = next(iterator, _END)
            cancel.disarm()
        except CancelationException as error:
            cancel.disarm()
            if getattr(iterator, "gi_frame", None) is None:
                raise
            # It was raised just before or after the generator's own code: it belongs inside, where the cleanup is.
            return _throw(iterator, error)
        return item


def _traced(trace_context: Dict[str, str]) -> Callable[[], None]:
    # Few requests have one.
    from ._trace import set_in_environment

    return set_in_environment(trace_context)


_END: Any = object()


def _throw(iterator: Any, error: BaseException) -> Any:
    try:
        return iterator.throw(error)
    except StopIteration:
        return _END


async def _completed(value: Any) -> Any:
    if hasattr(value, "__await__"):
        return await value
    return [item async for item in value]


def decoded(inputs: Dict[str, Any], decoders: Dict[str, Decoder]) -> Dict[str, Any]:
    for name, decoder in decoders.items():
        if name in inputs:
            inputs[name] = decoder(inputs[name])
    return inputs
