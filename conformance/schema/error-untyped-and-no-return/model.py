class Runner:
    def run(self, x, y: str, steps=5):
        return ""
