from cog import BaseRunner, Input

STEPS = 10


class Base(BaseRunner):
    def run(self, steps: int = Input(default=STEPS, ge=1)) -> "Result":
        return []


from typing import List  # noqa: E402

Result = List[int]
