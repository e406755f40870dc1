from cog import BaseRunner


class Runner(BaseRunner):
    def run(self) -> str:
        x = 1
      y = 2
        return ""
