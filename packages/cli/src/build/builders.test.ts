/** What every builder must do with the same project: Docker, Podman and Buildah are given one text and give one image. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseConfig } from "@cog/core/config";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContainerTool, type Image, inspectImage, outputInImage, removeImage } from "#docker";
import type { Project } from "#project";
import type { Reporter } from "#report";
import { toolHere } from "#testing";
import { type BuildImageRequest, buildImage } from "./index.ts";

const TOOLS: readonly ContainerTool[] = ["docker", "podman", "buildah"];
const SECRET = `secret-${randomBytes(12).toString("hex")}`;
/** Of a model that also trains, whose text has several lines. */
const SCHEMA = {
  info: { title: "Cog", version: "0.1.0" },
  openapi: "3.0.2",
  paths: { "/predictions": { post: {} }, "/trainings": { post: {} } },
};
const YAML = `build:
  python_version: "3.11"
  python_requirements: requirements.txt
  run:
    - command: wc -c < /run/secrets/key > /opt/length
      mounts: [{type: secret, id: key, target: /run/secrets/key}]
environment:
  - GREETING=hello "$HOME" \\ there
run: run.py:Runner
`;

for (const tool of TOOLS) {
  const here = await toolHere(tool);
  const title = here.usable ? tool : `${tool} (left out: ${here.why})`;
  describe.skipIf(!here.usable)(title, { timeout: 300_000 }, () => builds(tool));
}

function builds(tool: ContainerTool): void {
  const signal = new AbortController().signal;
  const name = `cog-builders-test-${process.pid}`;
  let root: string;
  let project: string;
  let output = "";
  let first: Image;

  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "cog-builders-test-")));
    project = join(root, "project");
    write("run.py", "x = 1\n");
    write("requirements.txt", "six==1.17.0\n");
    write("weights/model.bin", randomBytes(11 * 1024 * 1024));
    write("../secret.txt", SECRET);
  });

  afterAll(async () => {
    rmSync(root, { recursive: true, force: true });
    for (const made of [name, `${name}-weights`]) await removeImage(made, { tool });
  });

  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  };

  const build = async (yaml = YAML, options: Partial<BuildImageRequest> = {}): Promise<Image> => {
    const request = { project: projectOf(yaml), schema: SCHEMA, cogVersion: "1.2.3", tags: [name], ...options };
    const built = await buildImage({ secrets: ["id=key,src=../secret.txt"], ...request }, { signal, report, tool });
    const image = await inspectImage(name, { signal, tool });
    expect(image?.id).toBe(built.id);
    if (image === undefined) throw new Error(`${name} is not there`);
    return image;
  };

  const projectOf = (yaml: string): Project => {
    write("cog.yaml", yaml);
    const { config } = parseConfig(yaml, { file: "cog.yaml" });
    if (config === undefined) throw new Error("the test's own cog.yaml is wrong");
    return { directory: project, configFile: join(project, "cog.yaml"), config };
  };

  const report: Reporter = {
    info: () => {},
    warn: () => {},
    debug: () => {},
    output: (text) => {
      output += text;
    },
    step: () => ({ update: () => {}, done: () => {}, fail: () => {} }),
  };

  const shell = async (script: string) => (await outputInImage(name, ["sh", "-c", script], { signal, tool })).stdout;

  test("makes an image that works and says what is in it", async () => {
    first = await build();
    expect(first.labels).toMatchObject({
      "run.cog.version": "1.2.3",
      "run.cog.pip_freeze": expect.stringMatching(/^cog==.*\nsix==1\.17\.0$/),
    });
    expect(JSON.parse(first.labels["run.cog.openapi_schema"] ?? "")).toEqual(SCHEMA);
    expect(first.sizeBytes).toBeGreaterThan(100e6);
    const said = await shell(
      'cat /opt/length; python -c "import cog, six"; $COG_NODE -p 40+2; printf "%s\\n" "$GREETING"; pwd; ls',
    );
    expect(said).toBe(
      `${SECRET.length}\n42\nhello "$HOME" \\ there\n/src\ncog.yaml\nrequirements.txt\nrun.py\nweights`,
    );
    expect(output).not.toContain(SECRET);
  });

  test("again, has the same layers; after an edit of the code, all but the last", async () => {
    expect((await build()).layers).toEqual(first.layers);
    write("run.py", "x = 2\n");
    const edited = await build();
    expect(edited.layers.slice(0, -1)).toEqual(first.layers.slice(0, -1));
    expect(edited.layers.at(-1)).not.toBe(first.layers.at(-1));
    expect(await shell("cat run.py")).toBe("x = 2");
  });

  test("copies weights from an image of their own, and gives all files the time it is told", async () => {
    const options = { separateWeights: true, timestamp: 1_700_000_000 };
    const timed = await build(YAML, options);
    expect((await inspectImage(`${name}-weights`, { signal, tool }))?.layers).toHaveLength(1);
    expect(await shell("stat -c '%s %Y' weights/model.bin run.py")).toBe("11534336 1700000000\n6 1700000000");
    const again = await build(YAML, options);
    expect(again.layers).toEqual(timed.layers);
    // The others keep the hours of their own work in an image's history.
    if (tool === "docker") expect(again.id).toBe(timed.id);
  });

  // Docker looks at the bytes by itself (real-builds.test.ts); the others are told of them.
  if (tool !== "docker") {
    test("notices other requirements under the same name", async () => {
      write("requirements.txt", "six==1.16.0\n");
      expect((await build()).labels["run.cog.pip_freeze"]).toContain("six==1.16.0");
      expect(await shell('python -c "import six; print(six.__version__)"')).toBe("1.16.0");
    });
  }

  test("names the line of cog.yaml whose step failed, and shows its log", async () => {
    const failing = YAML.replace("environment:", "    - echo to the log && exit 7\nenvironment:");
    await expect(build(failing)).rejects.toMatchObject({
      message: "build.run[1] failed: exit code 7\nto the log",
      place: { line: 7 },
    });
  });

  test("says what to do when the disk is full", async () => {
    const full = YAML.replace("environment:", "    - head -c 1000 /dev/zero > /dev/full\nenvironment:");
    await expect(build(full)).rejects.toMatchObject({
      message: expect.stringContaining("No space left on device"),
      hint: expect.stringMatching(new RegExp(`^The disk that images are built on is full. '${tool} `)),
    });
  });

  test("says what to do about a base image that is nowhere", async () => {
    const nowhere = `${YAML.replace("build:\n", "build:\n  base_image: localhost:1/nothing:here\n")}`;
    await expect(build(nowhere)).rejects.toMatchObject({ hint: expect.stringContaining("base image's name") });
  });
}
