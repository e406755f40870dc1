from cog import Input

MOST = 100
SEED = Input(default=7, le=MOST)


class Inputs:
    prompt: str = Input(description="Prompt", default="hi")


def text(description, limit, default=""):
    """An input for text."""
    return Input(description=description, max_length=limit, default=default)
