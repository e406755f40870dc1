from enum import Enum

from cog import BaseRunner

Color = Enum("Color", {"RED": "red", "BLUE": "blue"})


class Runner(BaseRunner):
    def run(self, color: Color = Color.RED) -> str:
        return color.value
