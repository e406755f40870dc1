/** Why a container does not start, or ends. */
import { type Explanation, error } from "./explanation.ts";
import type { Cluster, ContainerStatus, Pod, Terminated } from "./objects.ts";

const IMAGE_REASONS = new Set(["ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull"]);
const KILLED = 137;

export function explainContainer(container: ContainerStatus, pod: Pod, cluster: Cluster): readonly Explanation[] {
  const { waiting, terminated } = container.state ?? {};
  const { reason = "", message = "" } = waiting ?? {};
  if (IMAGE_REASONS.has(reason)) return [explainPull(container, pod, pullMessage(message, pod, cluster))];
  if (reason === "CreateContainerConfigError") return [explainConfig(message)];
  if (/^(Create|Run)ContainerError$/.test(reason))
    return [
      error(
        `the container cannot be started: ${message}`,
        /nvidia|gpu|cuda/i.test(message)
          ? "The node's GPU driver or container toolkit is at fault; 'nvidia-smi' there says more."
          : "See 'kubectl describe pod' for all that the node said.",
      ),
    ];
  const ended = terminated ?? (isRestarted(container) ? container.lastState?.terminated : undefined);
  if (ended === undefined || (ended.exitCode === 0 && waiting === undefined)) return [];
  return [explainEnd(container, ended, { pod, cluster })];
}

/** One that has been well since is no trouble any more. */
function isRestarted({ state, ready }: ContainerStatus): boolean {
  return state?.waiting !== undefined || ready === false;
}

/** The container says only that it waits; the reason is in an event. */
function pullMessage(message: string, { metadata }: Pod, { events }: Cluster): string {
  const failed = events.findLast(
    ({ involvedObject, reason, message: said }) =>
      involvedObject.name === metadata.name && reason === "Failed" && said?.startsWith("Failed to pull") === true,
  );
  return failed?.message ?? message;
}

function explainPull({ name }: ContainerStatus, { spec }: Pod, message: string): Explanation {
  const image = [...(spec.initContainers ?? []), ...spec.containers].find((one) => one.name === name)?.image ?? "";
  const host = image.split("/", 1)[0] ?? "";
  const said = `image ${image} cannot be pulled`;
  if (/x509|certificate/i.test(message))
    return error(
      `${said}: the node does not trust the certificate of ${host}`,
      "Add its authority to those that nodes trust.",
    );
  if (/no match for platform|no matching manifest|exec format/i.test(message))
    return error(
      `${said}: it is for machines of another kind than the node`,
      "Build it with --platform, as nodes are.",
    );
  if (/toomanyrequests|429/i.test(message))
    return error(`${said}: ${host} gives no more for now`, "Wait, or log in to it: --pull-secret SECRET.");
  if (/unauthorized|401|403|denied|no basic auth|authentication required/i.test(message))
    return error(
      `${said}: ${host} does not know who asks`,
      `Create a login and name it: kubectl create secret docker-registry NAME --docker-server=${host} …, then --pull-secret NAME.`,
    );
  if (/not found|manifest unknown|name unknown/i.test(message))
    return error(
      `${said}: it is not there`,
      "Push it with 'cog push', then run 'cog deploy kubernetes' again for its digest.",
    );
  if (/no such host|timeout|refused|unreachable/i.test(message))
    return error(
      `${said}: the node cannot reach ${host}`,
      "Name the registry as nodes reach it; localhost is the node itself there.",
    );
  return error(`${said}: ${message}`, "See 'kubectl describe pod' for all that the node said.");
}

function explainConfig(message: string): Explanation {
  const secret = /secret "([^"]+)" not found/.exec(message)?.[1];
  if (secret !== undefined)
    return error(
      `the secret "${secret}" is missing`,
      `Create it in the namespace of the pod: kubectl create secret generic ${secret} --from-literal=KEY=…`,
    );
  const [, key, of] = /couldn't find key (\S+) in Secret \S*?([^/\s]+)$/.exec(message) ?? [];
  if (key !== undefined)
    return error(
      `the secret "${of}" has no key "${key}"`,
      "Add the key, or name another one: --secret-env NAME=SECRET/KEY.",
    );
  return error(`the container cannot be set up: ${message}`, "See 'kubectl describe pod' for what it refers to.");
}

function explainEnd(
  { name, restartCount = 0 }: ContainerStatus,
  { reason, exitCode, message }: Terminated,
  { pod, cluster }: { readonly pod: Pod; readonly cluster: Cluster },
): Explanation {
  const { metadata, spec } = pod;
  const limit = spec.containers.find((one) => one.name === name)?.resources?.limits?.["memory"];
  if (reason === "OOMKilled")
    return error(
      `it ran out of memory${limit === undefined ? "" : `: ${limit} were too little`}`,
      "Deploy again with more --memory. What is in /dev/shm counts too: --shm-size.",
    );
  const liveness = cluster.events.findLast(
    ({ involvedObject, message: said }) =>
      involvedObject.name === metadata.name && /liveness probe failed|failed liveness/i.test(said ?? ""),
  );
  if (liveness !== undefined)
    return error(
      `it was started again, because it did not answer: ${liveness.message}`,
      "A model that holds the process up for half a minute looks dead: see its log before that, and --cpu.",
    );
  const startup = cluster.events.findLast(
    ({ involvedObject, message: said }) =>
      involvedObject.name === metadata.name && /failed startup probe/i.test(said ?? ""),
  );
  if (startup !== undefined)
    return error(
      "it was started again, because setup() took too long",
      "Give it more with --setup-timeout SECONDS, or see in its log what it waits for.",
    );
  const log = lastLines(cluster.voices.get(metadata.name)?.log ?? message);
  const times = restartCount > 1 ? `, ${restartCount} times` : "";
  if (name === "weights")
    return error(
      `its weights could not be fetched${log}`,
      "Import them with 'cog weights import', and give it a login: --pull-secret SECRET.",
    );
  const how = exitCode === KILLED ? "was killed" : `ended with code ${exitCode}`;
  return error(
    `the container ${how}${times}${log}`,
    `All it said: kubectl logs ${metadata.name} -c ${name} --previous`,
  );
}

const MOST_LINES = 5;

/** Of a log, as more of a message. */
export function lastLines(log: string | undefined): string {
  const lines = (log ?? "").trim().split("\n").slice(-MOST_LINES);
  return lines.join("") === "" ? "" : `; it said last:\n${lines.map((line) => `    ${spoken(line)}`).join("\n")}`;
}

/** A line of the server's log is JSON around what matters. */
function spoken(line: string): string {
  return /"message":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
}
