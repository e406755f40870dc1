/** docs/reference/cog-yaml.md, from the table of keys. */
import type { Key, MappingShape, Shape } from "@cog/core/config";

const HEAD = `<!-- Written by \`npm run reference\` from the table of keys in packages/core/src/config/keys.ts. -->

# cog.yaml

What a model needs to be built and run. Every key may be absent. Editors check and complete the file when it begins with
\`# yaml-language-server: $schema=PATH\`, where PATH is \`dist/cog.schema.json\` or, in the Python package, \`cog/cog.schema.json\`.

\`\`\`yaml
build:
  gpu: true
  python_version: "3.12"
  python_requirements: requirements.txt
  system_packages:
    - ffmpeg
run: run.py:Runner
\`\`\`

A mistake is told with its line and column, all mistakes at once; an unknown key is a warning with the name that was
probably meant. Deprecated keys work as before.
`;

const TAIL = `
## What python_requirements may name

- A \`requirements.txt\`, as pip reads it: markers, extras, digests, \`-r\` and \`-c\` with further files, indexes, wheels and
  source archives of the project. A directory (\`./lib\`, \`-e ./lib\`) is refused: packages come before the source.
- A \`pyproject.toml\`: the dependencies of \`[project]\`; of \`[tool.uv]\` its indexes and the sources of these dependencies.
- A \`uv.lock\`: what it pins for the project beside it, with markers and digests. Extras and groups are left out.

\`cog\` itself is left out of all of them: the SDK comes with the command, or from \`build.sdk_version\`.

## How CUDA is chosen

For \`gpu: true\`, from the first of these that says something; \`cog inspect\` shows what decided.

1. \`build.cuda\`.
2. The pinned tensorflow: its wheels use the CUDA of the image.
3. The pinned torch: the newest CUDA that it was built for, or that of \`+cu121\` in its version.
4. CUDA 11.8.

\`build.cudnn\` then chooses among the images of that CUDA. A torch or tensorflow that is newer than this cog knows is an
error that asks for \`build.cuda\`. Pinned lines of torch and torchvision get the build for the chosen CUDA, or for the CPU,
from PyTorch's own index; lines with digests or an index of their own stay as they are.
[How the tables behind this are kept](../how-to/compatibility-tables.md).
`;

export function cogYaml(config: MappingShape): string {
  return `${HEAD}${sections(config, "").join("")}${TAIL}`;
}

/** One for each mapping: its own keys, then those of the mappings in it. */
function sections(mapping: MappingShape, field: string): readonly string[] {
  const rows = Object.entries(mapping.keys).map(
    ([name, key]) => `| ${[`\`${name}\``, kindOf(key.shape), about(key)].join(" | ")} |\n`,
  );
  const title = field === "" ? "Top level" : `\`${field}\``;
  const inner = Object.entries(mapping.keys).flatMap(([name, { shape }]) => {
    const path = field === "" ? name : `${field}.${name}`;
    const at = shape.kind === "list" ? `${path}[]` : path;
    const found = mappingIn(shape);
    return found === undefined ? [] : sections(found, at);
  });
  return [`\n## ${title}\n\n| Key | Value | |\n|---|---|---|\n${rows.join("")}`, ...inner];
}

function mappingIn(shape: Shape): MappingShape | undefined {
  if (shape.kind === "mapping") return shape;
  if (shape.kind === "either") return shape.mapping;
  return shape.kind === "list" ? mappingIn(shape.items) : undefined;
}

function kindOf(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return shape.choices === undefined ? "text" : shape.choices.map((choice) => `\`${choice}\``).join(" or ");
    case "boolean":
      return "true or false";
    case "integer":
      return `whole number from ${shape.least}`;
    case "list":
      return `list: ${kindOf(shape.items)}`;
    case "mapping":
      return "mapping";
    case "either":
      return `${kindOf(shape.short)}, or mapping`;
    case "ignored":
      return "–";
  }
}

function about({ about, isRequired, replacedBy, fallback, examples }: Key): string {
  return [
    replacedBy === undefined ? "" : `**Deprecated**: use \`${replacedBy}\`.`,
    about,
    isRequired ? "Required." : "",
    fallback === undefined ? "" : `Default: \`${String(fallback)}\`.`,
    examples === undefined ? "" : `Example: ${examples.map((example) => `\`${example}\``).join(", ")}.`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}
