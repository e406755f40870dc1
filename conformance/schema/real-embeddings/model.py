import json
from typing import List, Optional

import numpy as np
from cog import BaseModel, BaseRunner, Input, Path
from sentence_transformers import SentenceTransformer


class Embedding(BaseModel):
    embedding: List[float]
    index: int


class Runner(BaseRunner):
    def setup(self):
        self.model = SentenceTransformer("bge-large")

    def run(
        self,
        texts: str = Input(description="A JSON list of texts", default=""),
        path: Path = Input(description="or a file with a JSON object per line", default=None),
        batch_size: int = Input(default=32),
        normalize_embeddings: bool = Input(default=True),
        prefixes: List[str] = Input(default=["query: ", "passage: "]),
        dimensions: Optional[int] = Input(default=None, choices=[256, 512, 1024]),
    ) -> List[Embedding]:
        return []
