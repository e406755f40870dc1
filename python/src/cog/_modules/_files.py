"""``cog.File`` and ``cog.URLFile``, from before ``Path``; deprecated, and working."""

from __future__ import annotations

import io

from ._urls import get_filename, read_data_url, scheme_of

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Optional

_TIMEOUT_SECONDS = 10


class File(io.IOBase):
    """The annotation of an input that is an open file. Deprecated: ``Path`` does the same and more."""

    def __new__(cls, handle: Any = None) -> Any:
        """``File(handle)`` stands for that handle, as older models write it."""
        return super().__new__(cls) if handle is None else handle

    @classmethod
    def validate(cls, value: Any) -> io.IOBase:
        """An open file as it is; a URL opened."""
        if isinstance(value, io.IOBase):
            return value
        scheme = scheme_of(value)
        if scheme == "data":
            return io.BytesIO(read_data_url(value)[1])
        if scheme in ("http", "https"):
            return URLFile(value)
        raise ValueError(f"'{scheme}' is not a valid URL scheme. 'data', 'http', or 'https' is supported.")


class URLFile(io.IOBase):
    """A file behind a URL, opened when it is first read. Survives pickling, by opening it again."""

    _url = ""
    _response: Any = None

    def __init__(self, url: str, filename: Optional[str] = None) -> None:
        if scheme_of(url) not in ("http", "https"):
            raise ValueError("URLFile requires URL to conform to HTTP or HTTPS protocol")
        self._url = url
        self.name = filename or get_filename(url)

    @property
    def __wrapped__(self) -> Any:
        """The response, opened now if it was not."""
        if self._response is None:
            self._response = _open_url(self._url)
        return self._response

    def read(self, size: Optional[int] = -1) -> bytes:
        data: bytes = self.__wrapped__.read() if size is None or size < 0 else self.__wrapped__.read(size)
        return data

    def readline(self, size: Optional[int] = -1) -> bytes:
        line: bytes = self.__wrapped__.readline() if size is None or size < 0 else self.__wrapped__.readline(size)
        return line

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        if self._response is not None:
            self._response.close()
        super().close()

    def __iter__(self) -> Iterator[bytes]:  # type: ignore[override]
        return iter(self.__wrapped__)

    def __next__(self) -> bytes:
        return next(iter(self.__wrapped__))  # type: ignore[no-any-return]

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.__wrapped__, name)

    def __reduce__(self) -> Any:
        return URLFile, (self._url, self.name)

    def __repr__(self) -> str:
        state = "unopened" if self._response is None else "open"
        return f"<URLFile {self._url!r} ({state})>"


def _open_url(url: str) -> Any:
    """Follows redirects; an answer other than 2xx raises ``urllib.error.HTTPError``."""
    import os
    from urllib.request import Request, urlopen

    headers = {"Accept-Encoding": "gzip"}
    agent = os.environ.get("COG_USER_AGENT")
    if agent:
        headers["User-Agent"] = agent
    response = urlopen(Request(url, headers=headers), timeout=_TIMEOUT_SECONDS)
    if response.headers.get("Content-Encoding", "").lower() != "gzip":
        return response
    import gzip

    return gzip.GzipFile(fileobj=response, mode="rb")
