/** The stories of `cog deploy`: which image, what is wished of it, and where the text goes. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { systemCodeOf, UserError } from "@cog/core/errors";
import {
  type ComposeWish,
  composeFile,
  type KubernetesWish,
  kubernetesManifests,
  type QueueWish,
  type RedisAddress,
  type SecretKey,
  type Variable,
  yamlText,
} from "#deploy";
import type { CommandContext } from "./command.ts";
import type { ComposeFlags, KubernetesFlags } from "./deploy.ts";
import {
  assignment,
  looksSecret,
  readCpu,
  readGpu,
  readMemory,
  readMemorySpan,
  readRedis,
  readReplicas,
  readSecretKey,
  readSecretVariable,
} from "./deploy-words.ts";
import { deployedModel } from "./deployed-model.ts";
import { UsageError } from "./usage.ts";

const KUBERNETES = "deploy kubernetes";

export async function deployToKubernetes(flags: KubernetesFlags, context: CommandContext): Promise<number> {
  const wish = kubernetesWish(flags);
  const model = await deployedModel(flags, context);
  const { host = "" } = wish.queue?.redis ?? {};
  if (
    host !== "" &&
    !host.includes(".") &&
    wish.namespace === undefined &&
    wish.replicas?.least !== wish.replicas?.most
  )
    context.report.warn(`KEDA looks ${host} up in its own namespace: say --namespace, or write ${host}.NAMESPACE.`);
  const head = [`${model.name}, by 'cog deploy kubernetes'. Apply it with 'kubectl apply -f FILE'.`];
  deliver(yamlText(kubernetesManifests(model, wish), head), flags.output, context);
  return 0;
}

export async function deployToCompose(flags: ComposeFlags, context: CommandContext): Promise<number> {
  const wish = composeWish(flags);
  const model = await deployedModel(flags, context);
  const head = [`${model.name}, by 'cog deploy compose'. Start it with 'docker compose -f FILE up'.`];
  deliver(yamlText([composeFile(model, wish)], head), flags.output, context);
  return 0;
}

function composeWish(flags: ComposeFlags): ComposeWish {
  const { queue: names, "redis-url": url, replicas, env } = flags;
  const alone = url !== undefined ? "redis-url" : replicas !== undefined ? "replicas" : undefined;
  if (names.length === 0 && alone !== undefined)
    throw new UsageError(`--${alone} is for a queue: name it with --queue`, "deploy compose");
  const named = env.filter((word) => !word.includes("=")).map((name): Variable => ({ name, passed: true }));
  return {
    variables: [
      ...plainVariables(
        env.filter((word) => word.includes("=")),
        ({ name }) => `Give the name alone, and the value where it is run: -e ${name}`,
      ),
      ...named,
    ],
    gpu: optional(flags.gpu, readGpu),
    queue: names.length === 0 ? undefined : { names: [...new Set(names)], redis: redisAt(url ?? "redis://redis") },
    ownRedis: url === undefined,
    port: Number(flags.port),
    replicas: Number(replicas ?? 1),
    s3: flags.s3,
    observe: flags.observe,
    memory: optional(flags.memory, readMemory),
    sharedMemory: certain(flags["shm-size"], readMemory),
  };
}

/** @throws UsageError for flags that contradict each other */
function kubernetesWish(flags: KubernetesFlags): KubernetesWish {
  const queue = queueOf(flags);
  return {
    variables: [...plainVariables(flags.env, inCluster), ...secretVariables(flags["secret-env"])],
    gpu: optional(flags.gpu, readGpu),
    queue,
    memory: certain(flags.memory, readMemorySpan),
    namespace: flags.namespace,
    replicas: optional(flags.replicas, readReplicas),
    redisPassword: optional<SecretKey>(flags["redis-password"], readSecretKey),
    perJob: flags["per-job"],
    gpuProduct: flags["gpu-product"],
    runtimeClass: flags["runtime-class"],
    cpu: certain(flags.cpu, readCpu),
    sharedMemory: optional(flags["shm-size"], readMemory),
    pullSecret: flags["pull-secret"],
    serviceAccount: flags["service-account"],
    weightsCache: flags["weights-cache"],
    setupSeconds: Number(flags["setup-timeout"]),
  };
}

function queueOf(flags: KubernetesFlags): QueueWish | undefined {
  const { queue: names } = flags;
  if (names.length === 0) {
    const alone = (["redis-url", "redis-password", "per-job"] as const).find(
      (name) => flags[name] !== undefined && flags[name] !== false,
    );
    if (alone !== undefined) throw new UsageError(`--${alone} is for a queue: name it with --queue`, KUBERNETES);
    return undefined;
  }
  const { "redis-url": url } = flags;
  if (url === undefined)
    throw new UsageError("--queue needs --redis-url redis://HOST[:PORT], where the queue is", KUBERNETES);
  return { names: [...new Set(names)], redis: redisAt(url) };
}

function redisAt(url: string): RedisAddress {
  return certain(url, (text) => {
    const address = readRedis(text);
    return address === "password" ? undefined : address;
  });
}

function plainVariables(
  words: readonly string[],
  remedy: (variable: { readonly name: string }) => string,
): readonly Variable[] {
  return words.map((word) => {
    const variable = certain(word, assignment);
    if (!looksSecret(variable)) return variable;
    throw new UserError(
      "deploy.secret",
      `${variable.name} looks like a secret, which everybody could read in the file`,
      {
        hint: remedy(variable),
      },
    );
  });
}

function inCluster({ name }: { readonly name: string }): string {
  return `Keep it in a secret of the cluster, and name that: --secret-env ${name}=SECRET/KEY`;
}

function secretVariables(words: readonly string[]): readonly Variable[] {
  return words.map((word) => certain(word, readSecretVariable));
}

function optional<T>(text: string | undefined, read: (text: string) => T | undefined): T | undefined {
  return text === undefined ? undefined : read(text);
}

/** Of a flag whose value was checked when it was parsed. */
function certain<T>(text: string, read: (text: string) => T | undefined): T {
  const value = read(text);
  if (value === undefined) throw new UsageError(`invalid argument "${text}"`);
  return value;
}

function deliver(text: string, file: string | undefined, { stdout, report, workingDirectory }: CommandContext): void {
  if (file === undefined || file === "-") {
    stdout.write(text);
    return;
  }
  try {
    writeFileSync(resolve(workingDirectory, file), text);
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    throw new UserError("output.not_writable", `Output path is not writable: ${(error as Error).message}`, {
      hint: "Name a file in a directory that is there and that you may write to.",
    });
  }
  report.info(`Written to ${file}`);
}
