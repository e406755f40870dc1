/** `cog doctor k8s` as a process, with the machine's own kubectl and a server that answers as a cluster's API. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { outcomeOf, startCog } from "../testing/cog-process.ts";

/** It asks a real API, so it is left out where it is not installed. */
const hasKubectl = spawnSync("kubectl", ["version", "--client"], { stdio: "ignore" }).status === 0;
const PATIENCE = 90_000;

let directory = "";
let server: Server | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cog-k8s-"));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(directory, { recursive: true });
});

async function cog(words: string, env: Readonly<Record<string, string>> = {}) {
  const child = startCog(words.split(" "), {
    cwd: directory,
    env: { HOME: directory, KUBECONFIG: join(directory, "kubeconfig"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { status: code, ...written } = await outcomeOf(child);
  return { code, ...written };
}

const resource = (name: string, kind: string) => ({ name, kind, namespaced: kind !== "Node", verbs: ["get", "list"] });
const group = (name: string, version: string) => {
  const versions = [{ groupVersion: `${name}/${version}`, version }];
  return { name, versions, preferredVersion: versions[0] };
};
const listOf = (kind: string, apiVersion: string, items: readonly object[] = []) => ({
  kind: `${kind}List`,
  apiVersion,
  metadata: {},
  items,
});

/** What a cluster says of the resources that it has. */
const DISCOVERY: Readonly<Record<string, unknown>> = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [group("apps", "v1"), group("autoscaling", "v2")] },
  "/api/v1": {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [resource("pods", "Pod"), resource("events", "Event"), resource("nodes", "Node")],
  },
  "/apis/apps/v1": {
    kind: "APIResourceList",
    groupVersion: "apps/v1",
    resources: [resource("deployments", "Deployment"), resource("replicasets", "ReplicaSet")],
  },
  "/apis/autoscaling/v2": {
    kind: "APIResourceList",
    groupVersion: "autoscaling/v2",
    resources: [resource("horizontalpodautoscalers", "HorizontalPodAutoscaler")],
  },
};

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "m-1", namespace: "models", labels: { "app.kubernetes.io/managed-by": "cog" } },
  spec: {
    nodeName: "n",
    containers: [{ name: "model", image: "r.example.com/m", ports: [{ name: "http", containerPort: 8080 }] }],
  },
  status: {
    phase: "Running",
    containerStatuses: [{ name: "model", ready: false, restartCount: 0, state: { running: {} } }],
  },
};
const IN = "/namespaces/models";

async function cluster(answers: Readonly<Record<string, unknown>>): Promise<string[]> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://cluster");
    asked.push(`${request.method} ${pathname}${search}`);
    const answer = { ...DISCOVERY, ...answers }[pathname];
    const status = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      reason: "NotFound",
      code: 404,
      message: "no",
    };
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? status));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  kubeconfig(url);
  return asked;
}

function kubeconfig(url: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: url } }],
    users: [{ name: "u", user: {} }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
  writeFileSync(join(directory, "kubeconfig"), JSON.stringify(config));
}

const lists = (pods: readonly object[]) => ({
  [`/api/v1${IN}/pods`]: listOf("Pod", "v1", pods),
  [`/api/v1${IN}/events`]: listOf("Event", "v1"),
  "/api/v1/nodes": listOf("Node", "v1"),
  [`/apis/apps/v1${IN}/deployments`]: listOf("Deployment", "apps/v1"),
  [`/apis/apps/v1${IN}/replicasets`]: listOf("ReplicaSet", "apps/v1"),
  [`/apis/autoscaling/v2${IN}/horizontalpodautoscalers`]: listOf("HorizontalPodAutoscaler", "autoscaling/v2"),
});

test.skipIf(!hasKubectl)(
  "with kubectl: a model whose setup failed says so itself, and nothing is changed",
  { timeout: PATIENCE },
  async () => {
    const asked = await cluster({
      ...lists([POD]),
      [`/api/v1${IN}/pods/m-1`]: POD,
      [`/api/v1${IN}/pods/m-1/log`]: "loading\n",
      [`/api/v1${IN}/pods/m-1:8080/proxy/health-check`]: { status: "SETUP_FAILED", error: "no such file: weights.bin" },
    });
    const { code, stdout, stderr } = await cog("doctor k8s -n models");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Pod m-1\n  error: setup() failed: no such file: weights.bin\n");
    expect(stderr).toContain("Found 1 error, 0 warnings.");
    expect(asked.filter((one) => !one.startsWith("GET "))).toEqual([]);

    const document = await cog("doctor k8s m -n models --json");
    expect(JSON.parse(document.stdout)).toMatchObject({
      errors: 1,
      objects: [{ kind: "Pod", name: "m-1", isReady: false }],
    });
    expect(asked).toContainEqual(expect.stringMatching(/pods\?.*labelSelector=app.kubernetes.io%2Fname%3Dm/));
  },
);

test.skipIf(!hasKubectl)(
  "with kubectl: a namespace with nothing of ours, and a cluster that is not there",
  { timeout: PATIENCE },
  async () => {
    await cluster(lists([]));
    const empty = await cog("doctor k8s -n models");
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining("in the namespace models") });
    kubeconfig("http://127.0.0.1:1");
    const absent = await cog("doctor k8s -n models");
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining("no cluster answers: ") });
    expect(absent.stderr).toContain("--context");
  },
);

test("without kubectl it says what to install", { timeout: PATIENCE }, async () => {
  const { code, stderr } = await cog("doctor k8s", { PATH: directory });
  expect([code, stderr]).toEqual([1, expect.stringContaining("there is no kubectl on this machine")]);
});
