import cog
import deep.down.schemas
import schemas
import schemas as s


class Runner(cog.BaseRunner):
    def run(self, a: str = s.NAME, b: "deep.down.schemas.Mode" = "x") -> schemas.Out:
        return schemas.Out(1)
