from cog import BaseRunner


class Base(BaseRunner):
    def predict(self, a: int) -> int:
        return a


class Other:
    def run(self, b: str) -> str:
        return b


class Runner(Other, Base):
    pass
