/** What `cog init` writes, around what is there already. */
import { type Era, MODELS, NEW_ERA, OLD_ERA, type Template, TRAINER } from "./starter-models.ts";

export interface StarterChoice {
  readonly template: Template;
  /** `predict.py`, `Predictor` and `predict:` in place of `run.py`, `Runner` and `run:`. */
  readonly oldEra: boolean;
  /** A model that is there, as cog.yaml names it. */
  readonly model?: { readonly key: Era["key"]; readonly reference: string } | undefined;
  /** A trainer that is there. */
  readonly train?: string | undefined;
  /** A file of requirements that is there. */
  readonly requirements?: string | undefined;
  readonly pythonVersion: string;
}

export interface StarterFile {
  readonly path: string;
  readonly text: string;
}

export function starterFiles(choice: StarterChoice): readonly StarterFile[] {
  const { template, oldEra, model, requirements } = choice;
  const era = oldEra ? OLD_ERA : NEW_ERA;
  const training = model === undefined && template === "train";
  const train = choice.train ?? (training ? "train.py:train" : undefined);
  return [
    { path: ".dockerignore", text: DOCKERIGNORE },
    { path: ".github/workflows/push.yaml", text: WORKFLOW },
    { path: "cog.yaml", text: configText(choice, { era, train }) },
    ...(requirements === undefined || requirements === "requirements.txt"
      ? [{ path: "requirements.txt", text: REQUIREMENTS }]
      : []),
    ...(model === undefined || model.reference.startsWith(`${era.module}:`)
      ? [{ path: era.module, text: MODELS[template](era) }]
      : []),
    ...(training ? [{ path: "train.py", text: TRAINER }] : []),
  ];
}

function configText(
  { model, requirements = "requirements.txt", pythonVersion }: StarterChoice,
  { era, train }: { readonly era: Era; readonly train: string | undefined },
): string {
  const { key, reference } = model ?? { key: era.key, reference: `${era.module}:${era.name}` };
  return `# How this model is built and run.

build:
  # Whether the model needs a GPU
  gpu: false

  # Debian packages to install
  # system_packages:
  #   - "ffmpeg"

  python_version: "${pythonVersion}"

  # Python packages, with their versions
  python_requirements: ${requirements}

  # Commands to run after everything is installed
  # run:
  #   - "echo env is ready!"

# What runs predictions
${key}: "${reference}"
${train === undefined ? "" : `\n# What trains\ntrain: "${train}"\n`}`;
}

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
        required: true

jobs:
  push:
    runs-on: ubuntu-latest
    env:
      IMAGE: \${{ inputs.image }}
    steps:
      - uses: actions/checkout@v4
      - name: Install Cog
        run: pip install cog
      - name: Log in to the registry
        run: echo "$REGISTRY_PASSWORD" | cog login --registry "\${IMAGE%%/*}" --username "$REGISTRY_USER" --password-stdin
        env:
          REGISTRY_USER: \${{ secrets.REGISTRY_USER }}
          REGISTRY_PASSWORD: \${{ secrets.REGISTRY_PASSWORD }}
      - name: Build and push
        run: cog push "$IMAGE"
`;
