class Trainer:
    def run(self) -> str:
        return ""
