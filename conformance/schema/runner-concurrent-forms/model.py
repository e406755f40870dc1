from cog import concurrent
from cog import concurrent as many


@concurrent
def run(a: str) -> str:
    return a


@many(max=1)
def train(a: str) -> str:
    return a
