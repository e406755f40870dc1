/** What `cog init` writes. Each template runs as it is, without a network. */

export interface StarterChoice {
  readonly template: "text" | "image" | "train";
  /** `predict.py`, `Predictor` and `predict:` in place of `run.py`, `Runner` and `run:`. */
  readonly oldEra: boolean;
  /** Where an existing model already is, as cog.yaml names it. */
  readonly entry?: string;
  readonly pythonVersion: string;
}

export interface StarterFile {
  readonly path: string;
  readonly text: string;
}

interface Era {
  readonly key: "run" | "predict";
  readonly module: string;
  readonly name: string;
  readonly base: string;
}

const NEW_ERA: Era = { key: "run", module: "run.py", name: "Runner", base: "BaseRunner" };
const OLD_ERA: Era = { key: "predict", module: "predict.py", name: "Predictor", base: "BasePredictor" };

export function starterFiles(choice: StarterChoice): readonly StarterFile[] {
  const era = choice.oldEra ? OLD_ERA : NEW_ERA;
  const training = choice.template === "train";
  return [
    { path: ".dockerignore", text: DOCKERIGNORE },
    { path: ".github/workflows/push.yaml", text: WORKFLOW },
    { path: "cog.yaml", text: configText(choice, era) },
    { path: "requirements.txt", text: REQUIREMENTS },
    ...(choice.entry === undefined || choice.entry.startsWith(`${era.module}:`)
      ? [{ path: era.module, text: MODELS[choice.template](era) }]
      : []),
    ...(training ? [{ path: "train.py", text: TRAINER }] : []),
  ];
}

function configText({ template, entry, pythonVersion }: StarterChoice, { key, module, name }: Era): string {
  return `# How this model is built and run.

build:
  # Whether the model needs a GPU
  gpu: false

  # Debian packages to install
  # system_packages:
  #   - "ffmpeg"

  python_version: "${pythonVersion}"

  # Python packages, one a line, with their versions
  python_requirements: requirements.txt

  # Commands to run after everything is installed
  # run:
  #   - "echo env is ready!"

# The class that runs predictions
${key}: "${entry ?? `${module}:${name}`}"
${template === "train" ? '\n# The function that trains\ntrain: "train.py:train"\n' : ""}`;
}

const MODELS: Readonly<Record<StarterChoice["template"], (era: Era) => string>> = {
  text: textModel,
  image: imageModel,
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

const TRAINER = `import json
import tempfile

from cog import Input, Path


def train(factor: float = Input(description="What the model shall multiply by", default=3.0)) -> Path:
    """Train, and return the file of weights."""
    path = Path(tempfile.mkdtemp()) / "weights.json"
    path.write_text(json.dumps({"factor": factor}))
    return path
`;

const REQUIREMENTS = `# Packages that the model needs, one a line, with their versions:
# torch==2.6.0
`;

const DOCKERIGNORE = `# Paths that do not go into the image

**/.git
**/.github
**/.gitignore

.python-version
__pycache__
.mypy_cache
.pytest_cache
.ruff_cache

/venv
/.venv
`;

const WORKFLOW = `name: Push to a registry

on:
  # Run by hand, from the Actions page
  workflow_dispatch:
    inputs:
      image:
        description: "Name of the image, like registry.example.com/owner/model"

jobs:
  push:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Install Cog
        run: pip install cog
      - name: Log in to the registry
        run: echo "\${{ secrets.REGISTRY_TOKEN }}" | cog login --token-stdin
      - name: Build and push
        run: cog push "\${{ inputs.image }}"
`;
