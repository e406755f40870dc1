from cog import BaseRunner, Input

import settings
from settings import CHOICES, describe_default as words


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(choices=CHOICES, default=settings.FIRST, description=words),
        b: int = settings.limits.TOP,
    ) -> str:
        return a
