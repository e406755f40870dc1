from base import Base
from cog import Input


class Runner(Base):
    STEPS = 99

    def setup(self):
        self.ready = True
