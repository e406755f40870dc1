from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, text: str) -> str:
        match text.split():
            case [first, *rest]:
                return first
            case _:
                pass
        try:
            raise ExceptionGroup("g", [ValueError(1)])
        except* ValueError as group:
            print(group)
        return f"{', '.join([f'{x}' for x in text])}"
