from somewhere import Base


class BaseModel(Base):
    pass


class Out(BaseModel):
    a: int


class Runner:
    def run(self) -> Out:
        raise NotImplementedError
