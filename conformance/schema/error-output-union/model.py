from typing import Union


class Runner:
    def run(self) -> Union[str, int]:
        return ""
