/** What weights there are, where, and how long: list, inspect, push, prune, and imports without a registry. */
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, rmSync, utimesSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { testRegistry, WeightsTrial, weight } from "#testing";

const { host: REGISTRY } = testRegistry;
const trial = WeightsTrial.perTest();
const cog: WeightsTrial["cog"] = async (words, env) => await trial.cog(words, env);
const events = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("the cache is made room in: by what locks name, by size, and never by mistake", async () => {
  trial.write("w/a", "a".repeat(1000));
  trial.write("v/old", "o".repeat(2000));
  trial.write("v/young", "y".repeat(3000));
  trial.project([weight("w", "{uri: w}"), weight("v", "{uri: v}")].join("\n"));
  const imported = await cog("weights import --local --json");
  expect(imported.code).toBe(0);
  expect(events(imported.stdout)).toEqual([
    expect.objectContaining({ event: "plan", name: "w", status: "new", fileCount: 1, size: 1000, changed: [] }),
    expect.objectContaining({ event: "plan", name: "v", status: "new", fileCount: 2, size: 5000 }),
    { event: "file", name: "w", path: "a", size: 1000, state: "fetched" },
    ...[1, 2].map(() => expect.objectContaining({ event: "file", name: "v", state: "fetched" })),
    expect.objectContaining({ event: "weight", name: "w", state: "imported", fileCount: 1, layerCount: 1 }),
    expect.objectContaining({ event: "weight", name: "v", state: "imported", fileCount: 2, layerCount: 1 }),
  ]);
  const lock = JSON.parse(trial.lockText());
  trial.write("only-w/weights.lock", JSON.stringify({ ...lock, weights: [lock.weights[0]] }));
  const [a, old, young] = [
    ["a", 1000],
    ["o", 2000],
    ["y", 3000],
  ].map(([text, size]) => trial.inStore(String(text).repeat(Number(size)))) as [string, string, string];
  utimesSync(old, 1, 1);

  const unnamed = await cog("weights prune");
  expect(unnamed.stderr).toContain("No weights.lock is named, so that everything would be removed");
  expect(unnamed.code).toBe(1);
  trial.write("bad/weights.lock", "{");
  expect((await cog("weights prune bad")).stderr).toContain("bad/weights.lock: Cannot read weights.lock");

  const dry = await cog("weights prune --dry-run --json only-w");
  expect(JSON.parse(dry.stdout)).toEqual({
    dryRun: true,
    removed: { files: 2, bytes: 5000 },
    kept: { files: 1, bytes: 1000 },
  });
  expect([a, old, young].map((path) => existsSync(path))).toEqual([true, true, true]);
  const some = await cog("weights prune --max-size 4KB only-w/weights.lock");
  expect(some.stderr).toContain("Removed 1 file(s), 2.0KB; 2 file(s), 3.9KB stay.");
  expect([a, old, young].map((path) => existsSync(path))).toEqual([true, false, true]);
  expect(await cog("weights prune only-w")).toMatchObject({ code: 0, stdout: "" });
  expect([a, young].map((path) => existsSync(path))).toEqual([true, false]);
}, 240_000);

test("what is in a weight of weights.lock, asking nobody", async () => {
  trial.write("w/deep/a", "a");
  trial.project(weight("base", "{uri: w}"));
  expect(await cog("weights import --local")).toMatchObject({ code: 0 });
  const { code, stdout } = await cog("weights inspect base");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Name: +base\nTarget: +\/src\/base\nSet digest: sha256:\w{64}\n/);
  expect(stdout).toMatch(/^Source: +file:\/\/\.\/w \(sha256:\w{64}\)$/m);
  expect(stdout).toMatch(/^deep\/a +1B +sha256:\w{12} +sha256:\w{12}$/m);
  const json = JSON.parse((await cog("weights inspect base --json")).stdout);
  expect(json).toEqual(JSON.parse(trial.lockText()).weights[0]);
  const unknown = await cog("weights inspect other");
  expect(unknown.stderr).toContain('weight "other" not found in weights.lock\nIt has: base');
  expect(unknown.code).toBe(1);
}, 240_000);

describe.skipIf(REGISTRY === "")("with a registry (TEST_REGISTRY)", { timeout: 240_000 }, () => {
  test("what was imported without it is pushed later, once, and then listed", async () => {
    const model = `${REGISTRY}/ada/${randomUUID()}`;
    trial.write("w/a", randomBytes(1000));
    trial.project(weight("base", "{uri: w}"), model);
    expect(await cog("weights import --local")).toMatchObject({ code: 0 });
    const before = trial.lockText();

    const pushed = await cog("weights push --json");
    expect(pushed.stderr).toContain(`Pushed 1 weight artifact(s) to ${model}`);
    expect(events(pushed.stdout).at(-1)).toMatchObject({ event: "weight", name: "base", state: "pushed" });
    expect(events(pushed.stdout)).toContainEqual(expect.objectContaining({ event: "layer", state: "done" }));
    // An import that finds all of it there sends nothing.
    const again = await cog("weights import --json");
    expect(events(again.stdout).map(({ event }) => event)).toEqual(["plan", "weight"]);
    expect(trial.lockText()).toBe(before);

    trial.write("w/b", "b");
    expect(await cog("weights import")).toMatchObject({ code: 0 });
    const listed = await cog("weights list");
    expect(listed.stdout).toMatch(/^NAME +TARGET +SIZE +FILES +LAYERS +TAG\n/);
    const rows = JSON.parse((await cog(`weights list ${model} --json`)).stdout);
    expect(rows.weights).toHaveLength(2);
    const [old] = rows.weights.filter(({ fileCount }: { fileCount: number }) => fileCount === 1);
    expect(old).toMatchObject({
      name: "base",
      target: "/src/base",
      tag: expect.stringMatching(/^cog-weight\.base\.\w{12}$/),
    });
    const shown = await cog(`weights inspect ${model}:${old.tag} --json`);
    expect(JSON.parse(shown.stdout)).toMatchObject({ setDigest: old.setDigest, files: [{ path: "a", size: 1000 }] });

    // Another repository, from a machine that lacks a file.
    rmSync(trial.inStore("b"));
    const elsewhere = { COG_MODEL: `${REGISTRY}/ada/${randomUUID()}` };
    const refused = await cog("weights push", elsewhere);
    expect(refused.stderr).toContain('weight "base" is not fully cached locally (missing b)');
    expect(refused.code).toBe(1);
    expect(await cog("weights pull")).toMatchObject({ code: 0 });
    expect(await cog("weights push", elsewhere)).toMatchObject({ code: 0 });
    expect((await cog("weights status", elsewhere)).code).toBe(0);
    trial.project(weight("base", "{uri: v}"), model);
    expect((await cog("weights push")).stderr).toContain("weights.lock is out of sync with cog.yaml:");
  });
});
