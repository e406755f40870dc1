from options import Extended as Ext
from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, options: Ext) -> Ext:
        return options
