from cog import BaseRunner

try:
    from schemas import Out
except ImportError:
    Out = None

try:
    import xformers
except ImportError:
    xformers = None


class Runner(BaseRunner):
    def run(self) -> Out:
        return Out(1)
