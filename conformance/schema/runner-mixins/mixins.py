from cog import Input


class Downloads:
    def run(self, url: str = Input(regex="^https://")) -> str:
        return url


class Logs:
    def log(self) -> None:
        pass
