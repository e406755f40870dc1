"""``python -m cog._cli.pack FOLDER``: the wheel that this installed package came from, packed again.

Images get the SDK as a wheel. A clone has it as a file; where pip installed it, only its files are left.
The same files give the same bytes, so that an image built from either has the same layers.
"""

from __future__ import annotations

import os
import sys
import zipfile

_EPOCH = (1980, 1, 1, 0, 0, 0)
_NOT_IN_THE_WHEEL = ("INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")


def pack(folder: str) -> str:
    """Write the wheel into ``folder`` and return its path."""
    from importlib.metadata import distribution

    package = distribution("cog")
    names = sorted(file.as_posix() for file in package.files or ())
    own = [name for name in names if not name.startswith("..") and not _is_of_the_installer(name)]
    path = os.path.join(folder, f"cog-{package.version}-py3-none-any.whl")
    scratch = f"{path}.{os.getpid()}"
    with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name in own:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with open(str(package.locate_file(name)), "rb") as file:
                wheel.writestr(entry, _without_installers_lines(name, file.read()))
    os.replace(scratch, path)
    return path


def _is_of_the_installer(name: str) -> bool:
    return name.endswith(".pyc") or (".dist-info/" in name and name.rsplit("/", 1)[1] in _NOT_IN_THE_WHEEL)


def _without_installers_lines(name: str, content: bytes) -> bytes:
    """RECORD also lists what the installer added: compiled files, scripts, its own notes."""
    if not name.endswith(".dist-info/RECORD"):
        return content
    lines = content.decode().splitlines()
    kept = [line for line in lines if not line.startswith("..") and not _is_of_the_installer(line.split(",")[0])]
    return "\n".join([*sorted(kept), ""]).encode()


if __name__ == "__main__":
    print(pack(sys.argv[1]))
