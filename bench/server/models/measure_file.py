from cog import BaseRunner, Path


class Runner(BaseRunner):
    def run(self, file: Path) -> int:
        return file.stat().st_size
