from cog import BaseRunner, Input


class DDIM:
    @classmethod
    def from_config(cls, config):
        return cls()


class Euler(DDIM):
    pass


SCHEDULERS = {
    "DDIM": DDIM,
    "K_EULER": Euler.from_config({}),
    "PNDM": lambda config: DDIM(),
}
ASPECTS = {"1:1": (1024, 1024), "16:9": (1344, 768)}
MODELS = {"small": "s.bin", "large": "l.bin"}


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(choices=SCHEDULERS.keys(), default="K_EULER"),
        b: str = Input(choices=list(SCHEDULERS.keys()), default="DDIM"),
        c: str = Input(choices=list(SCHEDULERS), default="DDIM"),
        d: str = Input(choices=sorted(SCHEDULERS), default="DDIM"),
        e: str = Input(choices=[*SCHEDULERS, "none"], default="none"),
        f: str = Input(choices=list(ASPECTS.keys()), default="1:1"),
        g: str = Input(choices=list(MODELS.values()), default="s.bin"),
        h: str = MODELS["large"],
        i: str = Input(choices=[name.lower() for name in SCHEDULERS], default="ddim"),
    ) -> str:
        return a
