from typing import Optional

from cog import BaseRunner, Input
from lib import DEFAULT_STEPS, Caption, schedulers
from lib.schedulers import NAMES


class Runner(BaseRunner):
    def run(
        self,
        scheduler: str = Input(choices=NAMES, default=NAMES[0]),
        other: str = Input(choices=schedulers.NAMES, default="euler"),
        steps: int = Input(default=DEFAULT_STEPS, le=schedulers.MAX),
    ) -> Caption:
        return Caption(text=scheduler)
