import os
import tempfile

from cog import BaseRunner, Path


class Runner(BaseRunner):
    def setup(self) -> None:
        self.content = os.urandom(5 * 1024 * 1024)

    def run(self, count: int) -> Path:
        handle, name = tempfile.mkstemp(suffix=".bin")
        with os.fdopen(handle, "wb") as file:
            file.write(self.content[:count])
        return Path(name)
