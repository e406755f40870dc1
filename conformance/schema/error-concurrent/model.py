from cog import concurrent


class Runner:
    @concurrent(max=2)
    def run(self) -> str:
        return ""
