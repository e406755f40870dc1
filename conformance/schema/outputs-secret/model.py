from cog import BaseRunner, Secret


class Runner(BaseRunner):
    def run(self) -> Secret:
        return Secret("x")
