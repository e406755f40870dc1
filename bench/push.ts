/**
 * What it takes to publish an edit: `cog push` as a whole command, of a project of a hundred files whose image is in a
 * registry on this machine, which TEST_REGISTRY names as for the tests. What is sent goes through a counter.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cost, costOf, type Program, programsOf, rowsOf } from "./commands.ts";
import type { Answer, Options, Question, Subject } from "./question.ts";

const FILES = 99;
const FILE_BYTES = 4096;

const rows = {
  edit: { id: "P21a", what: "cog push, a line edited", unit: "ms", bars: [{ kind: "figure", atMost: 1000 }] },
  same: { id: "P21b", what: "cog push, nothing changed", unit: "ms", bars: [{ kind: "figure", atMost: 1000 }] },
  // The code, the image's description of itself, and what requests cost.
  bytes: { id: "P21c", what: "sent after an edit", unit: "kB", bars: [{ kind: "figure", atMost: 100 }] },
} as const satisfies Record<string, Subject>;

export const push: Question = {
  name: "push",
  summary: "an edit published: the time of a push of code alone, and what it sends",
  run,
};

async function run(options: Options): Promise<Answer> {
  const registry = process.env["TEST_REGISTRY"];
  if (registry === undefined) throw new Error("TEST_REGISTRY names no registry.");
  const program = programsOf({ ...options, side: "ours" }).get("ours");
  const folder = await mkdtemp(join(tmpdir(), "cog-bench-push-"));
  const counter = await countingProxy(registry);
  try {
    await writeProject(folder, counter.host);
    if (program === undefined) throw new Error("There is no cog to measure.");
    const image = `${counter.host}/bench/${randomUUID()}:v1`;
    options.say("building and pushing the image");
    const { size } = await pushed(program, folder, image, "image");
    const edits: Cost[] = [];
    const repeats: Cost[] = [];
    const kilobytes: number[] = [];
    for (let time = 0; time < (options.quick ? 4 : 12); time += 1) {
      await writeModel(folder, `edit ${time}`);
      const before = counter.sent();
      const edit = await pushed(program, folder, image, "code");
      const sent = (counter.sent() - before) / 1000;
      const same = await pushed(program, folder, image, "nothing");
      if (time === 0) continue;
      edits.push(edit.cost);
      kilobytes.push(sent);
      repeats.push(same.cost);
    }
    const all = [
      ...rowsOf(rows.edit, { reference: [], ours: edits }),
      ...rowsOf(rows.same, { reference: [], ours: repeats }),
      { ...rows.bytes, samples: { reference: [], ours: kilobytes } },
    ];
    const notes = [
      `${FILES + 1} Python files of ${FILE_BYTES / 1024} KiB; an image of ${Math.round(size / 1e6)} MB`,
      "medians, after one that is not counted; the reference builds and pushes the image",
    ];
    return { notes, rows: all.filter(({ id }) => options.wants(id)) };
  } finally {
    await counter.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(folder: string, host: string): Promise<void> {
  const { TEST_REGISTRY_USER: user = "", TEST_REGISTRY_PASSWORD: password = "" } = process.env;
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  for (const name of ["docker", "project/package"]) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, "docker", "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
  await writeFile(join(folder, "project", "cog.yaml"), 'build:\n  python_version: "3.11"\nrun: "run.py:Runner"\n');
  for (let file = 0; file < FILES; file += 1) {
    const lines = Array.from(
      { length: 100 },
      (_, line) => `def step_${line}(image, size=${file * line}):\n    return resize(image, size + ${line})\n\n`,
    );
    await writeFile(join(folder, "project", "package", `module_${file}.py`), lines.join("").slice(0, FILE_BYTES));
  }
  await writeModel(folder, "first");
}

async function writeModel(folder: string, comment: string): Promise<void> {
  const source = "from cog import BaseRunner\n\n\nclass Runner(BaseRunner):\n    def run(self, text: str) -> str:\n";
  await writeFile(join(folder, "project", "run.py"), `# ${comment}\n${source}        return text\n`);
}

interface Pushed {
  readonly pushed: string;
  readonly size: number;
}

/** @throws Error for a push that went another way than the one to measure */
async function pushed(program: Program, folder: string, image: string, way: string) {
  const env = { DOCKER_CONFIG: join(folder, "docker") };
  const [file, ...before] = program;
  const { stdout, ...cost } = await costOf([file, ...before, "push", image, "--json"], join(folder, "project"), env);
  const { pushed: what, size } = JSON.parse(stdout) as Pushed;
  if (what !== way) throw new Error(`cog push pushed ${what}, not ${way}.`);
  return { cost, size };
}

/** Another name of the registry, under which what goes there is counted. */
async function countingProxy(registry: string) {
  const [host = "", port = ""] = registry.split(":");
  let bytes = 0;
  const server = createServer((client) => {
    const onward = connect(Number(port), host);
    client.on("data", (chunk) => {
      bytes += chunk.length;
    });
    client.pipe(onward).pipe(client);
    for (const [one, other] of [[client, onward] as const, [onward, client] as const])
      one.on("error", () => other.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => bytes,
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
}
