"""The types of inputs and outputs."""

from __future__ import annotations

from cog._modules._files import File as File
from cog._modules._files import URLFile as URLFile
from cog._modules._inputs import FieldInfo as FieldInfo
from cog._modules._inputs import Input as Input
from cog._modules._iterators import AsyncConcatenateIterator as AsyncConcatenateIterator
from cog._modules._iterators import ConcatenateIterator as ConcatenateIterator
from cog._modules._paths import Path as Path
from cog._modules._paths import URLPath as URLPath
from cog._modules._secret import Secret as Secret
from cog._modules._urls import get_filename as get_filename
