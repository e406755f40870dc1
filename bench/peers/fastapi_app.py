from fastapi import FastAPI
from pydantic import BaseModel


class Request(BaseModel):
    text: str


class Response(BaseModel):
    output: str


app = FastAPI()


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/predict")
async def predict(request: Request) -> Response:
    return Response(output=request.text)
