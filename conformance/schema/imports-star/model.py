from cog import *
from settings import *


class Runner(BaseRunner):
    def run(self, name: str = Input(choices=NAMES, default=DEFAULT)) -> Out:
        return Out(name)
