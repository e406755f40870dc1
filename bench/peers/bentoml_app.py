import bentoml


@bentoml.service(logging={"access": {"enabled": False}})
class Echo:
    @bentoml.api
    def predict(self, text: str) -> dict[str, str]:
        return {"output": text}
