from cog import BaseRunner


class Impl(BaseRunner):
    def run(self, a: str) -> str:
        return a


Runner = Impl
