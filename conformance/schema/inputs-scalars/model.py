from cog import BaseRunner, File, Path, Secret


class Runner(BaseRunner):
    def run(self, s: str, i: int, f: float, b: bool, path: Path, file: File, secret: Secret) -> str:
        return s
