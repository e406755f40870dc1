import type { CogConfig, WeightConfig } from "@cog/core/config";
import type { JsonObject } from "@cog/core/json";
import { withoutCredentials } from "@cog/core/redact";

/** The completed config as images carry it: Cog's own keys and order, nothing that is empty, no passwords in URLs. */
export function storedConfig(config: CogConfig): JsonObject {
  const { build, image, model, predict, train, concurrency, environment, weights = [] } = config;
  return {
    build: withoutEmpty({
      gpu: build.gpu,
      python_version: build.pythonVersion,
      python_requirements: build.pythonRequirements,
      python_packages: build.pythonPackages.map(withoutCredentials),
      run: build.run.map(({ command, mounts }) =>
        withoutEmpty({ command: withoutCredentials(command), mounts: mounts.map((mount) => ({ ...mount })) }),
      ),
      system_packages: build.systemPackages,
      cuda: build.cuda,
      cudnn: build.cudnn,
      sdk_version: build.sdkVersion,
      base_image: build.baseImage,
      user: build.user,
    }),
    ...withoutEmpty({
      image,
      model,
      predict,
      train,
      concurrency: withoutEmpty({ ...concurrency }),
      environment: environment.map(withoutCredentials),
      weights: weights.map(storedWeight),
    }),
  };
}

/** A single source is written without its list. */
function storedWeight({ name, target, sources }: WeightConfig): JsonObject {
  const written = sources.map(({ uri, include, exclude }) => withoutEmpty({ uri, include, exclude }));
  return withoutEmpty({ name, target, source: written.length === 1 ? written[0] : written });
}

type Field = JsonObject[string] | undefined;

function withoutEmpty(fields: Readonly<Record<string, Field>>): JsonObject {
  const kept = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(kept) as JsonObject;
}

function isEmpty(value: Field): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "" || value === false;
}
