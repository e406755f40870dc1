/** What is deployed: an image, and what it says of itself. */
import { type CogConfig, parseConfig } from "@cog/core/config";

export interface DeployedModel {
  /** What everything is named after; a DNS label. */
  readonly name: string;
  readonly image: DeployedImage;
  readonly gpu: boolean;
  /** What the image sets, and cog.yaml. */
  readonly environment: Environment;
  readonly weights: readonly { readonly name: string; readonly target: string }[];
  /** `registry.example.com/ada/model`, where the weights are. */
  readonly weightsRepository: string | undefined;
  readonly server: ServerKind;
}

export interface DeployedImage {
  /** `registry.example.com/ada/model@sha256:…` */
  readonly reference: string;
  /** The name that led to it; undefined when the digest was given. */
  readonly foundAs: string | undefined;
}

/** An image with the reference's own server has no `/readyz`, no metrics and no queue. */
export type ServerKind = "cog" | "reference";

export type Environment = ReadonlyMap<string, string>;

/** The parts of an image's configuration that tell what model it is. */
export interface ImageConfig {
  readonly labels: Readonly<Record<string, string>>;
  /** `NAME=value` */
  readonly environment: readonly string[];
}

export type ModelFacts = Pick<DeployedModel, "gpu" | "environment" | "weights" | "server">;

/** Undefined when it is no image of a model. */
export function factsOfImage({ labels, environment }: ImageConfig): ModelFacts | undefined {
  const label = labels["run.cog.config"] ?? labels["org.cogmodel.config"];
  if (label === undefined) return undefined;
  const { config } = parseConfig(label, { file: "the image's label" });
  const variables = variablesOf(environment);
  // Only images with our server name the Node that runs it.
  const server = variables.has("COG_NODE") ? "cog" : "reference";
  return { gpu: config?.build.gpu ?? false, environment: variables, weights: config?.weights ?? [], server };
}

/** Where the image cannot be looked at. */
export function factsOfConfig({ build, environment, concurrency, weights = [] }: CogConfig): ModelFacts {
  const { workers } = concurrency;
  const settings = workers === undefined ? [] : [`COG_WORKERS=${workers}`];
  return { gpu: build.gpu, environment: variablesOf([...settings, ...environment]), weights, server: "cog" };
}

/** Each worker process has a device of its own. */
export function deviceCount({ environment }: DeployedModel): number {
  return Math.max(1, Math.floor(Number(environment.get("COG_WORKERS"))) || 1);
}

function variablesOf(lines: readonly string[]): Environment {
  return new Map(
    lines.map((line) => {
      const equals = line.indexOf("=");
      return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

const LONGEST_NAME = 63;

/** A DNS label out of the last part of a repository, as services need it: `Acme/My_Model.v2` → `my-model-v2`. */
export function nameOf(repository: string): string {
  const last = repository.split("/").at(-1) ?? "";
  const name = last.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  const begun = /^[a-z]/.test(name) ? name : `model-${name.replace(/^-+/, "")}`;
  return begun.slice(0, LONGEST_NAME).replace(/-+$/, "");
}
