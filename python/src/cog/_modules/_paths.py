"""``cog.Path``: a file that goes in or comes out."""

from __future__ import annotations

import os
import pathlib
import sys

from ._urls import get_filename, scheme_of

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

# pathlib.Path() picks the flavour itself when it is not subclassed; a subclass must name it.
if TYPE_CHECKING or sys.platform != "win32":
    _Flavour = pathlib.PosixPath
else:
    _Flavour = pathlib.WindowsPath


class Path(_Flavour):
    """A file input or output; an ordinary ``pathlib`` path otherwise.

    >>> type(Path("a") / "b").__name__
    'Path'
    """

    @classmethod
    def validate(cls, value: Any) -> pathlib.Path:
        """A path as it is; a URL as a ``URLPath``; other text as a path."""
        if isinstance(value, pathlib.Path):
            return value
        if scheme_of(value) in ("data", "http", "https"):
            return URLPath(source=value, filename=get_filename(value), fileobj=_opened(value))
        return cls(value)


class URLPath(_Flavour):
    """A URL that becomes a local file when ``convert()`` is called."""

    source: str
    filename: str
    fileobj: Any
    _converted: Optional[Path]

    def __new__(cls, *, source: str, filename: str, fileobj: Any = None) -> URLPath:
        # The name is what path methods (name, suffix) see; str() gives the URL.
        self = super().__new__(cls, filename)
        self.source = source
        self.filename = filename
        self.fileobj = fileobj
        self._converted = None
        return self

    def __init__(self, *, source: str, filename: str, fileobj: Any = None) -> None:
        if sys.version_info >= (3, 12):
            super().__init__(filename)

    def convert(self) -> Path:
        """Download it, once, into a temporary file whose name ends with the file name."""
        if self._converted is None:
            import shutil
            import tempfile

            source = self.fileobj if self.fileobj is not None else _opened(self.source)
            with tempfile.NamedTemporaryFile(suffix=self.filename, delete=False) as file:
                try:
                    shutil.copyfileobj(source, file)
                except BaseException:
                    os.unlink(file.name)
                    raise
            self._converted = Path(file.name)
        return self._converted

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the temporary file that ``convert()`` made."""
        if self._converted is None:
            return
        try:
            os.unlink(self._converted)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def __str__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return f"URLPath({self.source[:100]!r})"

    def __fspath__(self) -> str:
        return str(self.convert())

    def __reduce__(self) -> Any:
        return _url_path, (self.source, self.filename)


def _url_path(source: str, filename: str) -> URLPath:
    return URLPath(source=source, filename=filename, fileobj=_opened(source))


def _opened(url: str) -> Any:
    from ._files import File

    return File.validate(url)
