/**
 * What cog.yaml may hold, as a table: every key of both eras with the kind of its value. Scalars are decoded by
 * what is wanted, not by how they look: `python_version: 3.10` is the text "3.10".
 */
export type Shape =
  | { readonly kind: "text" }
  | { readonly kind: "boolean" }
  | { readonly kind: "integer" }
  | { readonly kind: "list"; readonly items: Shape }
  | { readonly kind: "mapping"; readonly keys: Readonly<Record<string, Shape>> }
  /** A mapping or, in short, the value of one kind alone. */
  | { readonly kind: "either"; readonly mapping: Shape; readonly short: Shape }
  /** Accepted and not looked at: a key of the old era that does nothing now. */
  | { readonly kind: "ignored" };

const text: Shape = { kind: "text" };
const boolean: Shape = { kind: "boolean" };
const integer: Shape = { kind: "integer" };
const ignored: Shape = { kind: "ignored" };
const list = (items: Shape): Shape => ({ kind: "list", items });
const mapping = (keys: Readonly<Record<string, Shape>>): Shape => ({ kind: "mapping", keys });

const runStep = mapping({ command: text, mounts: list(mapping({ type: text, id: text, target: text })) });
const weightSource = mapping({ uri: text, include: list(text), exclude: list(text) });

const build = mapping({
  gpu: boolean,
  python_version: text,
  python_requirements: text,
  python_packages: list(text),
  system_packages: list(text),
  run: list({ kind: "either", mapping: runStep, short: text }),
  pre_install: list(text),
  cuda: text,
  cudnn: text,
  sdk_version: text,
  base_image: text,
  installer: text,
  user: text,
  python_overrides: ignored,
  fast: ignored,
  cog_runtime: ignored,
});

export const CONFIG_SHAPE: Shape = mapping({
  build,
  run: text,
  predict: text,
  train: text,
  image: text,
  model: text,
  concurrency: mapping({ max: integer, queue: integer, workers: integer, default_target: ignored }),
  environment: list(text),
  weights: list(
    mapping({ name: text, target: text, source: { kind: "either", mapping: weightSource, short: list(weightSource) } }),
  ),
  tests: ignored,
});

/** What `CONFIG_SHAPE` decodes to: keys as they are written, absent where they are absent or null. */
export interface WrittenConfig {
  readonly build?: WrittenBuild;
  readonly run?: string;
  readonly predict?: string;
  readonly train?: string;
  readonly image?: string;
  readonly model?: string;
  readonly concurrency?: { readonly max?: number; readonly queue?: number; readonly workers?: number };
  readonly environment?: readonly string[];
  readonly weights?: readonly WrittenWeight[];
}

export interface WrittenBuild {
  readonly gpu?: boolean;
  readonly python_version?: string;
  readonly python_requirements?: string;
  readonly python_packages?: readonly string[];
  readonly system_packages?: readonly string[];
  readonly run?: readonly (string | WrittenRunStep)[];
  readonly pre_install?: readonly string[];
  readonly cuda?: string;
  readonly cudnn?: string;
  readonly sdk_version?: string;
  readonly base_image?: string;
  readonly installer?: string;
  readonly user?: string;
}

export interface WrittenRunStep {
  readonly command?: string;
  readonly mounts?: readonly { readonly type?: string; readonly id?: string; readonly target?: string }[];
}

export interface WrittenWeight {
  readonly name?: string;
  readonly target?: string;
  readonly source?: WrittenSource | readonly WrittenSource[];
}

export interface WrittenSource {
  readonly uri?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}
