/** Every tool takes an image in whose layers it has, all but one, and then runs it. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  buildImage,
  type ContainerTool,
  imageConfig,
  inspectImage,
  loadImage,
  outputInImage,
  removeImage,
} from "#docker";
import { configWithCode, diffIdsOf, placeOfCode } from "#push";
import { writeCanonicalLayer, writeLayout } from "#registry";
import { toolHere } from "#testing";

const TOOLS: readonly ContainerTool[] = ["docker", "podman", "buildah"];
const PLAIN = "application/vnd.oci.image.layer.v1.tar";

for (const tool of TOOLS) {
  const here = await toolHere(tool);
  const title = here.usable ? tool : `${tool} (left out: ${here.why})`;
  describe.skipIf(!here.usable)(title, { timeout: 300_000 }, () => loads(tool));
}

function loads(tool: ContainerTool): void {
  const { signal } = new AbortController();
  const name = `cog-load-test-${process.pid}`;
  let directory = "";
  beforeAll(() => {
    // With what cannot be in a name: paths are not names.
    directory = realpathSync(mkdtempSync(join(tmpdir(), "Cog.Load-")));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await removeImage(name, { tool });
  });

  test("has the new code, none of the old, and the other layers as they were", async () => {
    mkdirSync(join(directory, "context/src"), { recursive: true });
    for (const file of ["old.txt", "kept.txt"]) writeFileSync(join(directory, "context/src", file), "old");
    const dockerfile =
      'FROM python:3.11-slim\nRUN mkdir /src && true\nRUN true\nENV A=b\nCOPY src /src\nCMD ["true"]\n';
    const context = join(directory, "context");
    await buildImage({ dockerfile, context, tags: [name] }, { tool, signal, onOutput: () => undefined });
    const before = await inspectImage(name, { tool, signal });
    const config = await imageConfig(name, { tool, signal });
    if (config === undefined) throw new Error(`${tool} does not have what it built`);
    expect(diffIdsOf({ config })).toEqual(before?.layers);
    const { history } = JSON.parse(config) as { readonly history: readonly { readonly empty_layer?: boolean }[] };
    expect(history.filter(({ empty_layer }) => empty_layer !== true)).toHaveLength(before?.layers.length ?? 0);

    const place = placeOfCode({ config }, true) ?? { index: 0, hidden: undefined };
    expect(place).toEqual({ index: (before?.layers.length ?? 0) - 1, hidden: undefined });
    const bytes = Buffer.from("new");
    const file = { kind: "file", path: "src/kept.txt", isExecutable: false, size: 3, content: { bytes } } as const;
    const from = join(directory, "layer");
    const layer = await writeCanonicalLayer([file], from, { time: 0, signal, isPlain: true });
    const nothing = { optionalLabels: [], variables: [], variableNames: [], created: new Date(0) };
    const changed = configWithCode({ config }, { layer, place, settings: { ...nothing, labels: { new: "yes" } } });
    const below = (before?.layers ?? []).slice(0, -1);
    writeLayout(join(directory, "image"), {
      config: changed,
      layers: [
        ...below.map((digest) => ({ mediaType: PLAIN, digest, size: 0 })),
        { mediaType: PLAIN, digest: layer.digest, size: layer.size, from },
      ],
      names: [name],
    });
    await loadImage(join(directory, "image"), { names: [name], tool, signal });
    const after = await inspectImage(name, { tool, signal });
    expect(after).toMatchObject({ layers: [...below, layer.diffId], labels: { new: "yes" } });
    const { stdout } = await outputInImage(name, ["sh", "-c", "cat /src/*; ls /src; echo $A"], { tool, signal });
    expect(stdout.trim().split("\n")).toEqual(["newkept.txt", "b"]);
  });
}
