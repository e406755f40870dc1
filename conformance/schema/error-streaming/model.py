from cog import streaming


class Runner:
    @streaming
    def run(self) -> str:
        return ""
