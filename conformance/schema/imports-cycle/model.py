from one import First
from cog import BaseRunner


class Runner(BaseRunner):
    def run(self) -> First:
        return First()
