def predict(text: str, times: int = 2) -> str:
    return text * times
