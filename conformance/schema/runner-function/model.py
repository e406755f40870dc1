from cog import Input


def transform(text: str = Input(description="T"), times: int = 2) -> str:
    return text * times
