/** What `cog deploy kubernetes` prints, held to the schemas of the three newest versions of Kubernetes, and to those of KEDA. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ScaledJob } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledJob";
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXAMPLES, NO_WISH, PLAIN_MODEL } from "../../packages/cli/src/deploy/examples.ts";
import { kubernetesManifests, type Noted, yamlText } from "../../packages/cli/src/deploy/index.ts";
import { pythonEnvironment } from "./environment.ts";

const VERSIONS = ["1.35", "1.36", "1.37"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cog-manifests-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const manifests = EXAMPLES.map((example) => ({
  what: example.what,
  objects: kubernetesManifests(
    { ...PLAIN_MODEL, ...("model" in example ? example.model : {}) },
    { ...NO_WISH, ...("wish" in example ? example.wish : {}) },
  ),
}));

/** A job of KEDA is one of Kubernetes, under another key. */
function asKubernetes({ value, notes }: Noted): readonly Noted[] {
  if (value["kind"] === "ScaledObject") return [];
  if (value["kind"] !== "ScaledJob") return [{ value, notes }];
  const spec = (value["spec"] as { readonly jobTargetRef: Noted["value"] }).jobTargetRef;
  return [{ value: { apiVersion: "batch/v1", kind: "Job", metadata: value["metadata"] ?? {}, spec }, notes: [] }];
}

function validate(version: string, texts: readonly string[]) {
  const files = texts.map((text, index) => {
    const file = join(folder, `${version}-${index}.yaml`);
    writeFileSync(file, text);
    return file;
  });
  const program = join(pythonEnvironment("manifests"), "kubernetes-validate");
  const args = ["--strict", "--quiet", "-k", version, ...files];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  return { status, output: stdout + stderr };
}

describe.each(VERSIONS)("Kubernetes %s", (version) => {
  test("takes them all", { timeout: 180_000 }, () => {
    const texts = manifests.map(({ objects }) => yamlText(objects.flatMap(asKubernetes), []));
    expect(validate(version, texts)).toEqual({ status: 0, output: "" });
  });

  test("would not take a key that it does not know", { timeout: 180_000 }, () => {
    const [first] = manifests[0]?.objects ?? [];
    const broken = yamlText([{ value: { ...first?.value, spek: {} }, notes: [] }], []);
    expect(validate(version, [broken])).toMatchObject({ status: 1, output: expect.stringContaining("spek") });
  });
});

test("KEDA takes what is its own", () => {
  const objects = manifests.flatMap(({ objects }) => objects.map(({ value }) => value));
  const scaled = objects.filter(({ kind }) => kind === "ScaledObject");
  const jobs = objects.filter(({ kind }) => kind === "ScaledJob");
  expect([scaled.length, jobs.length]).toEqual([2, 1]);
  for (const value of scaled) new ScaledObject(value as never).validate();
  for (const value of jobs) new ScaledJob(value as never).validate();
  const broken = { ...scaled[0], spec: { scaleTargetRef: { name: "a" }, triggers: "none" } };
  expect(() => new ScaledObject(broken as never).validate()).toThrow(/triggers/);
});
