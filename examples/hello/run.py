from cog import BaseRunner, Input


class Runner(BaseRunner):
    def setup(self) -> None:
        """Runs once, before the first prediction: load weights here."""
        self.greeting = "Hello"

    def run(
        self,
        name: str = Input(description="Who to greet", min_length=1),
        excited: bool = Input(description="End with an exclamation mark", default=True),
    ) -> str:
        """Runs for every prediction."""
        return f"{self.greeting}, {name}{'!' if excited else '.'}"
