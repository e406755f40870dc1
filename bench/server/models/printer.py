from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, count: int) -> str:
        for number in range(count):
            print("line", number, "of what a model says while it works")
        return "done"
