"""What can be said about a URL without fetching it, and the content of ``data:`` URLs."""

from __future__ import annotations

import os

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Tuple

_MAX_FILENAME_BYTES = 200


def scheme_of(value: Any) -> str:
    """Lower case; empty when there is none."""
    head, colon, _ = str(value).partition(":")
    return head.lower() if colon and head.replace("+", "").replace("-", "").replace(".", "").isalnum() else ""


def get_filename(url: str) -> str:
    """The name to give a local copy of it: models rely on the suffix.

    >>> get_filename("https://example.com/a%20b.png?size=1"), get_filename("data:text/plain,hi")
    ('a b.png', 'file.txt')
    """
    if scheme_of(url) == "data":
        import mimetypes

        kind = url[len("data:") :].partition(",")[0].partition(";")[0].strip().lower()
        return "file" + ((mimetypes.guess_extension(kind) if kind else None) or "")
    from urllib.parse import unquote_plus, urlparse

    name = unquote_plus(os.path.basename(urlparse(url).path))
    return _shortened(name.replace("\0", "_").replace("/", "_"))


def read_data_url(url: str) -> Tuple[str, bytes]:
    """Its media type and its bytes."""
    from urllib.parse import unquote_to_bytes

    head, comma, data = url[len("data:") :].partition(",")
    if not comma:
        raise ValueError("a data URL has a comma before its data")
    kind, *parameters = head.split(";")
    content = unquote_to_bytes(data)
    if "base64" in (parameter.strip().lower() for parameter in parameters):
        content = _base64(content)
    return kind or "text/plain", content


def _base64(content: bytes) -> bytes:
    """Strictly: what is no base64 would otherwise be left out without a word."""
    import base64

    try:
        return base64.b64decode(content.translate(bytes.maketrans(b"-_", b"+/"), b" \t\r\n"), validate=True)
    except ValueError as error:
        raise ValueError(f"the data of a data URL is not base64: {error}") from None


def _shortened(name: str) -> str:
    data = name.encode("utf-8", "replace")
    if len(data) <= _MAX_FILENAME_BYTES:
        return name
    stem, extension = os.path.splitext(name)
    tail = "~" + extension
    room = max(0, _MAX_FILENAME_BYTES - len(tail.encode("utf-8", "replace")))
    short = stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore") + tail
    return short.encode("utf-8", "replace")[:_MAX_FILENAME_BYTES].decode("utf-8", "ignore")
