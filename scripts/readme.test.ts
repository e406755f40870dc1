/** Every command of the README does what the README says: its model is made and called as a reader would do it. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dockerAnswers } from "../e2e/processes.ts";
import { at, root } from "./repository.ts";

const INSTALL_AND_RUN_MS = 300_000;

const readme = readFileSync(at("README.md"), "utf8");
const commands = blocks("sh").flatMap((block) => block.trim().split("\n").map(withoutComment));

const base = mkdtempSync(join(tmpdir(), "cog-readme-"));
const project = join(base, "hello");
const bin = join(base, "bin");
mkdirSync(project);
mkdirSync(bin);
symlinkSync(at("cog"), join(bin, "cog"));
writeFileSync(join(project, "run.py"), blocks("python").join("\n"));
writeFileSync(join(project, "cog.yaml"), blocks("yaml").join("\n"));
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 3 }));

const FIRST = "./cog run -f examples/ocr/cog.yaml -i image=@examples/ocr/receipt.png";
const RUN = "cog run -i name=Ada";
const SERVE = "cog serve -p 8393";
const CALL = `curl http://localhost:8393/predictions -H 'Content-Type: application/json' -d '{"input": {"name": "Ada"}}'`;
const BUILD = "cog build -t hello";
/** In this order, with words that they print. */
const AT_WORK: readonly (readonly [string, string])[] = [
  ["cog init my-model", "Creating run.py"],
  ["cog run --inputs", "name  text"],
  ["cog run --keep -i name=Ada", "Hello, Ada!"],
  ["cog ps", "http://127.0.0.1:"],
  ["cog stop", "Stopped"],
  ["cog inspect", "build.python_version"],
  ["cog doctor", "Config parsing"],
];

test("the README has these commands and no others", () => {
  expect(commands).toEqual([FIRST, "npm test", RUN, SERVE, CALL, BUILD, ...AT_WORK.map(([line]) => line)]);
});

test("the first command reads the receipt", { timeout: INSTALL_AND_RUN_MS }, async () => {
  const { exit, stdout, stderr } = await shell(FIRST, root).ended;
  expect({ exit, stderr }).toMatchObject({ exit: 0 });
  expect(stdout).toContain("CORNER BAKERY");
});

test("npm test is a script", () => {
  const { scripts } = JSON.parse(readFileSync(at("package.json"), "utf8")) as { scripts: Record<string, string> };
  expect(scripts["test"]).toBeTruthy();
});

test("the model greets on the command line", { timeout: INSTALL_AND_RUN_MS }, async () => {
  expect(await shell(RUN, project).ended).toMatchObject({ exit: 0, stdout: "Hello, Ada!\n" });
});

test("the model greets over HTTP", { timeout: INSTALL_AND_RUN_MS }, async () => {
  const port = 20_000 + (process.pid % 20_000); // the README's own may be taken on this machine
  const onPort = (command: string) => command.replace("8393", String(port));
  const server = shell(onPort(SERVE), project);
  try {
    await server.wrote("Serving at");
    const { stdout } = await shell(onPort(CALL), project).ended;
    expect(JSON.parse(stdout)).toMatchObject({ status: "succeeded", output: "Hello, Ada!" });
  } finally {
    server.interrupt();
    expect((await server.ended).exit).toBe(0);
  }
});

test("the model is worked on", { timeout: INSTALL_AND_RUN_MS }, async () => {
  for (const [line, words] of AT_WORK) {
    const { exit, stdout, stderr } = await shell(line, project).ended;
    expect({ line, exit, written: stdout + stderr }).toEqual({
      line,
      exit: 0,
      written: expect.stringContaining(words),
    });
  }
});

test.skipIf(!dockerAnswers())("the image is built", { timeout: INSTALL_AND_RUN_MS }, async () => {
  const name = `cog-readme-${process.pid}`;
  const result = await shell(BUILD.replace("hello", name), project, "docker").ended;
  await shell(`docker rmi --force ${name}`, project).ended;
  expect(result).toMatchObject({ exit: 0, stdout: "" });
});

interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one line of the README; with the local engine, which every machine has. */
function shell(line: string, cwd: string, engine = "local") {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}`, COG_ENGINE: engine };
  // `exec`: the signals are for the command, not for a shell around it.
  const child = spawn("sh", ["-c", `exec ${line}`], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  let noticed = () => {};
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      written[stream] += text;
      noticed();
    });
  }
  const ended = new Promise<Ended>((resolve) => child.once("close", (exit) => resolve({ exit, ...written })));
  return {
    ended,
    interrupt: () => process.kill(-Number(child.pid), "SIGINT"),
    /** Until stderr has the text; fails with what was said when the command ends before. */
    wrote: (text: string) =>
      new Promise<void>((resolve, reject) => {
        noticed = () => {
          if (written.stderr.includes(text)) resolve();
        };
        noticed();
        void ended.then(() => reject(new Error(written.stderr)));
      }),
  };
}

function withoutComment(line: string): string {
  return line.replace(/ +# .*/, "");
}

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    (match) => match[1] ?? "",
  );
}
