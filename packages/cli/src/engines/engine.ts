/**
 * An engine runs models: `local` in a virtual environment on this machine, `docker` and `podman` in containers.
 * A command decides what to run and how to show it; an engine knows where. Each engine is a folder here and
 * a line in `index.ts`, and passes the suite in `conformance.ts`.
 */
import type { JsonObject } from "@cog/core/json";
import type { Project } from "#project";
import type { Reporter } from "#report";

export type EngineName = "local" | "docker" | "podman";

/** What to run: a project's sources in place, or a finished image. */
export type Target =
  | { readonly kind: "project"; readonly project: Project }
  | { readonly kind: "image"; readonly image: string };

export interface Context {
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

export type Availability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string; readonly hint: string };

/** What a model or a command finds around it. */
export interface Surroundings {
  /** Variables, after cog.yaml's `environment`. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables of this machine that hold secrets: a container gets them by name, as arguments can be seen by everybody. */
  readonly inherit?: readonly string[];
  /** As given to --gpus, already checked. */
  readonly gpus?: string;
  readonly volumes?: readonly Volume[];
  /** Managed weights, where the model finds them. */
  readonly weights?: readonly Volume[];
  /** A folder for what libraries download, so that they do it once. */
  readonly modelCache?: string;
}

/** A folder or file of this machine that is to be seen at another path. */
export interface Volume {
  /** Absolute; it exists. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface StartOptions extends Surroundings {
  readonly mode: "predict" | "train";
  /** Extra flags for `python -m cog.server.http`. */
  readonly serverFlags: readonly string[];
  /** The host address to listen on; port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The model calls this machine, for webhooks or uploads: it finds it by the name host.docker.internal in a container. */
  readonly callsHost?: boolean;
  /** The model takes predictions from here too. */
  readonly queue?: QueuePlace;
  /** The OpenAPI document made from the sources; for an image it has its own. */
  readonly schema?: JsonObject;
  /** The model is to outlive this command: it is left, not stopped, and found again by its `kept` place. */
  readonly keep?: Keep;
  /** The server's and the model's output, as it comes. */
  readonly onOutput: (text: string) => void;
}

/** Queues, and the Redis that they are in. */
export interface QueuePlace {
  readonly url: string;
  readonly names: readonly string[];
}

export interface Keep {
  /** Names this model, to us and (COG_INSTANCE) to its server. */
  readonly id: string;
  /** A file for what it writes, where the engine keeps none itself. */
  readonly log: string;
}

/** Where a model that was kept is found again. */
export type KeptPlace =
  | { readonly engine: "local"; readonly pid: number; readonly log: string }
  | { readonly engine: "docker" | "podman"; readonly container: string };

export interface ExecOptions extends Surroundings {
  readonly command: readonly string[];
  /** `HOST:HERE:PORT`, of `publishArgument`: only containers need it. */
  readonly publish: readonly string[];
}

/** A model server that was started. Whoever started it must `stop` it. */
export interface RunningModel {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Resolves when setup is done; rejects with the reason when it failed or the process ended first. */
  ready(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Resolves when the server process has ended, with what is known of why. Never rejects. */
  readonly ended: Promise<string>;
  /** Polite stop, a bounded wait, then kill. Idempotent; nothing of the model is left running after it. */
  stop(): Promise<void>;
  /** Of a model started with `keep`: where it is, and the way to let go of it. */
  readonly kept?: { readonly place: KeptPlace; leave(): void };
}

/** A target made ready to run: the environment is built, or the image is there. */
export interface Prepared {
  readonly target: Target;
  /** The model sees the files of this machine where they are, and the project as its working directory: no containers. */
  readonly inPlace: boolean;
  /** The OpenAPI document that an image carries in its label. */
  readonly schema?: JsonObject;
  start(options: StartOptions, context: Context): Promise<RunningModel>;
  /** Runs a command with the caller's stdin, stdout and stderr; resolves with its exit code. */
  exec(options: ExecOptions, context: Context): Promise<number>;
}

export interface Engine {
  readonly name: EngineName;
  available(options: { readonly signal: AbortSignal }): Promise<Availability>;
  prepare(target: Target, context: Context): Promise<Prepared>;
}
