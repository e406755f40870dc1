import type { CogConfig, RunStep } from "./config.ts";
import type { WrittenBuild, WrittenConfig } from "./shape.ts";

/** What both eras' documentation promises when `python_version` is absent. */
export const DEFAULT_PYTHON = "3.13";

/** A config that passed the rules, both eras in one shape. Empty texts count as absent, as in Cog. */
export function configOf(written: WrittenConfig): CogConfig {
  const { build = {}, run, predict, train, image, model, concurrency = {}, environment = [], weights = [] } = written;
  return {
    build: {
      gpu: build.gpu ?? false,
      pythonVersion: build.python_version || DEFAULT_PYTHON,
      ...(!build.python_version && { pythonIsDefault: true as const }),
      pythonPackages: build.python_packages ?? [],
      systemPackages: build.system_packages ?? [],
      run: runSteps(build),
      ...(build.installer && { installer: build.installer }),
      ...set("pythonRequirements", build.python_requirements),
      ...set("cuda", build.cuda),
      ...set("cudnn", build.cudnn),
      ...set("sdkVersion", build.sdk_version),
      ...set("baseImage", build.base_image),
      ...set("user", build.user),
    },
    concurrency,
    environment,
    weights: weights.map(({ name = "", target = "", source = [] }) => ({
      name,
      target,
      sources: (Array.isArray(source) ? source : [source]).map(({ uri = "", include = [], exclude = [] }) => ({
        uri: uri.trim(),
        include: trimmed(include),
        exclude: trimmed(exclude),
      })),
    })),
    ...set("predict", run || predict),
    ...set("train", train),
    ...set("image", image),
    ...set("model", model),
  };
}

function trimmed(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.trim());
}

function runSteps({ run = [], pre_install: preInstall = [] }: WrittenBuild): readonly RunStep[] {
  const steps = run.map((step) => (typeof step === "string" ? { command: step } : step));
  return [...steps, ...preInstall.map((command) => ({ command }))].map(({ command = "", ...rest }) => ({
    command: command.trim(),
    mounts: ("mounts" in rest ? (rest.mounts ?? []) : []).map(({ id = "", target = "" }) => ({
      type: "secret",
      id,
      target,
    })),
  }));
}

function set<K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } {
  return value ? ({ [key]: value } as { readonly [P in K]?: string }) : {};
}
