/** The models of `cog init`. Each runs as it is: no package, no network, no input that must be given. */

/** The names of one era of Cog. */
export interface Era {
  readonly key: "run" | "predict";
  readonly module: string;
  readonly name: string;
  readonly base: string;
}

export const NEW_ERA: Era = { key: "run", module: "run.py", name: "Runner", base: "BaseRunner" };
export const OLD_ERA: Era = { key: "predict", module: "predict.py", name: "Predictor", base: "BasePredictor" };

export const TEMPLATES = ["image", "text", "llm", "train"] as const;

export type Template = (typeof TEMPLATES)[number];

export const MODELS: Readonly<Record<Template, (era: Era) => string>> = {
  image: imageModel,
  text: textModel,
  llm: languageModel,
  train: trainedModel,
};

function textModel({ key, name, base }: Era): string {
  return `from cog import ${base}, Input


class ${name}(${base}):
    def setup(self) -> None:
        """Load the model into memory, once, so that every prediction is fast."""
        self.greeting = "hello"

    def ${key}(
        self,
        text: str = Input(description="Who to greet", default="world"),
        times: int = Input(description="How often", ge=1, le=10, default=1),
    ) -> str:
        """Run a single prediction."""
        return " ".join([f"{self.greeting} {text}"] * times)
`;
}

/** The image is optional and needs no package, so that the template runs before anything is installed. */
function imageModel({ key, name, base }: Era): string {
  return `import struct
import tempfile
import zlib
from typing import Optional

from cog import ${base}, Input, Path


class ${name}(${base}):
    def setup(self) -> None:
        """Load the model into memory, once, so that every prediction is fast."""
        self.fallback = (200, 120, 40)

    def ${key}(
        self,
        image: Optional[Path] = Input(description="Image to process; without one a plain picture is made", default=None),
        scale: float = Input(description="Factor to scale the picture by", ge=0, le=10, default=1.5),
    ) -> Path:
        """Run a single prediction."""
        if image is not None:
            return image  # Process it here, for example with Pillow (add it to requirements.txt).
        size = max(1, int(64 * scale))
        path = Path(tempfile.mkdtemp()) / "output.png"
        path.write_bytes(picture(size, size, self.fallback))
        return path


def picture(width: int, height: int, color: tuple) -> bytes:
    """A picture of one colour, as a PNG file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\\0" + bytes(color) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
`;
}

function trainedModel({ key, name, base }: Era): string {
  return `import json
from typing import Optional

from cog import ${base}, Input, Path


class ${name}(${base}):
    def setup(self, weights: Optional[Path] = None) -> None:
        """Load the weights that train.py wrote, where there are some."""
        self.factor = json.loads(weights.read_text())["factor"] if weights else 2.0

    def ${key}(self, x: float = Input(description="A number", default=1.0)) -> float:
        """Run a single prediction."""
        return x * self.factor
`;
}

/** The smallest model of language there is: it streams, and takes what big ones take. */
function languageModel({ key, name, base }: Era): string {
  return `import random
from collections import Counter
from typing import Dict, Optional

from cog import ${base}, ConcatenateIterator, Input, streaming

TEXT = """
A model is a function that somebody has packed so that others can run it. It takes inputs and gives an output, and
what it takes and gives is written down. A small model runs on a small machine, and a large model needs a large one.
Load the model once, in setup, and run it as often as somebody asks. What it gives can be sent as it is made, word by
word, so that nobody waits for the end of a long text.
"""


class ${name}(${base}):
    def setup(self) -> None:
        """Load the model into memory, once, so that every prediction is fast."""
        words = TEXT.split()
        self.following: Dict[str, Counter] = {}
        for word, after in zip(words, words[1:] + words[:1]):
            self.following.setdefault(word.lower(), Counter())[after] += 1

    @streaming
    def ${key}(
        self,
        prompt: str = Input(description="Text to go on from", default="A model"),
        max_tokens: int = Input(description="How many words at most", ge=1, le=1000, default=40),
        temperature: float = Input(description="0: always the likeliest word", ge=0, le=5, default=1.0),
        seed: Optional[int] = Input(description="The same seed gives the same text", default=None),
    ) -> ConcatenateIterator[str]:
        """Run a single prediction: each word is sent as it is made."""
        chance = random.Random(seed)
        word = (prompt.split() or ["a"])[-1].lower()
        for _ in range(max_tokens):
            choices = self.following.get(word) or self.following["a"]
            if temperature == 0:
                chosen = choices.most_common(1)[0][0]
            else:
                weights = [count ** (1 / temperature) for count in choices.values()]
                chosen = chance.choices(list(choices), weights)[0]
            yield f" {chosen}"
            word = chosen.lower()
`;
}

export const TRAINER = `import json
import tempfile

from cog import Input, Path


def train(factor: float = Input(description="What the model shall multiply by", default=3.0)) -> Path:
    """Train, and return the file of weights."""
    path = Path(tempfile.mkdtemp()) / "weights.json"
    path.write_text(json.dumps({"factor": factor}))
    return path
`;
