"""How values enter and leave user code, one file per type.

A kind of input has ``decoder(annotation)``: a function from the JSON value to what user code gets, or None when the
annotation is not its own. A kind of output has ``plain(value)``: a simpler value, or ``UNCHANGED``.
"""

from __future__ import annotations

from ._decode import Decoder, decoders_of, file_kinds_of
from ._encode import Encoded, OutputFile, encode

__all__ = ["Decoder", "Encoded", "OutputFile", "decoders_of", "encode", "file_kinds_of"]
