/**
 * Every example does what its README says: the README's commands are run by the real CLI (COG_BINARY, else this
 * clone's) with the local engine, in a copy of the folder, and the results are compared, not just their arrival.
 * The first run of an example installs its packages.
 */
import { spawn, spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { correlation, level, readSound } from "./sound.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const cog = process.env["COG_BINARY"] ?? join(here, "..", "cog");
const temporary = await mkdtemp(join(tmpdir(), "cog-examples-"));
const INSTALL_AND_RUN_MS = 300_000;

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as it came, and when: milliseconds before the end. */
  readonly chunks: readonly { readonly text: string; readonly beforeEndMs: number }[];
}

interface Example {
  readonly folder: string;
  readonly commands: readonly string[];
  /** `results` are those of the commands, in order; `folder` is the copy they ran in. */
  readonly check: (results: readonly Finished[], folder: string) => void | Promise<void>;
}

const EXAMPLES: readonly Example[] = [
  {
    folder: "hello",
    commands: ["cog run -i name=Ada"],
    check: ([run]) => expect(run?.stdout).toBe("Hello, Ada!\n"),
  },
  {
    folder: "ocr",
    commands: ["cog run -i image=@receipt.png"],
    check: ([run]) => {
      const lines: { text: string; score: number; box: number[][] }[] = JSON.parse(run?.stdout ?? "");
      expect(lines.map((line) => line.text).sort()).toEqual([...RECEIPT].sort());
      expect(Math.min(...lines.map((line) => line.score))).toBeGreaterThan(0.9);
      const [[left = 0, top = 0] = []] = lines.find((line) => line.text === "CORNER BAKERY")?.box ?? [];
      expect([Math.round(left / 10), Math.round(top / 10)]).toEqual([7, 11]);
    },
  },
  {
    folder: "denoise",
    commands: ["cog run -i audio=@noisy.wav -o clean.wav"],
    check: async (_, folder) => {
      const noisy = await readSound(join(folder, "noisy.wav"));
      const clean = await readSound(join(folder, "clean.wav"));
      expect(clean.length).toBe(noisy.length);
      for (const pause of PAUSES) expect(level(clean, pause)).toBeLessThan(level(noisy, pause) - 25);
      for (const vowel of VOWELS) {
        expect(Math.abs(level(clean, vowel) - level(noisy, vowel))).toBeLessThan(1);
        expect(correlation(clean, noisy, vowel)).toBeGreaterThan(0.95);
      }
    },
  },
  {
    folder: "textstream",
    commands: ['cog run --stream -i prompt="How to" -i seed=5'],
    check: ([run]) => {
      expect(run?.stdout).toMatch(/^ make the first time this thing that flower the top .* the best program\?\n$/);
      const ofText = run?.chunks.filter((chunk) => chunk.text.trim() !== "") ?? [];
      expect(ofText.length, "chunks on stdout").toBeGreaterThan(20);
      expect(ofText[0]?.text.length, "characters in the first chunk").toBeLessThan(20);
      expect(ofText[0]?.beforeEndMs, "ms from the first chunk to the end").toBeGreaterThan(100);
    },
  },
  {
    folder: "digits",
    commands: ["cog train -o weights", "cog run -i image=@seven.png"],
    check: ([train, run]) => {
      const accuracy = /accuracy (\d\.\d+) on 360 digits/.exec(train?.stderr ?? "")?.[1];
      expect(Number(accuracy)).toBeGreaterThan(0.98);
      expect(run?.stdout).toBe("7\n");
    },
  },
  {
    folder: "filetype",
    commands: ["cog run -i file=@mystery.bin"],
    check: ([run]) =>
      expect(JSON.parse(run?.stdout ?? "")).toMatchObject({ label: "sql", mime_type: "application/x-sql" }),
  },
];

// biome-ignore format: as on the receipt
const RECEIPT = [
  "CORNER BAKERY", "12 Mill Lane, Bristol",
  "2 Sourdough loaf", "7.80", "1 Rye bread", "4.25", "3 Cinnamon bun", "8.40", "1 Flat white", "3.10",
  "TOTAL", "23.55", "Paid by card", "23.55", "Thank you, see you soon",
];

/** Seconds from and to, as make_input.py places them, less the edges. */
const PAUSES = [
  [0.05, 0.5],
  [1.15, 1.35],
  [1.95, 2.15],
  [2.75, 2.95],
] as const;
const VOWELS = [
  [0.65, 1.05],
  [1.45, 1.85],
  [2.25, 2.65],
] as const;

describe.each(EXAMPLES)("$folder", ({ folder, commands, check }) => {
  test("the README shows the commands that are tested", async () => {
    const readme = await readFile(join(here, folder, "README.md"), "utf8");
    const shell = /^```sh\n(.*?)^```/ms.exec(readme)?.[1] ?? "";
    expect(shell.trimEnd().split("\n")).toEqual(commands);
  });

  test("the commands give what the README says", { timeout: INSTALL_AND_RUN_MS }, async () => {
    const copy = await copyOf(folder, "local");
    const results: Finished[] = [];
    for (const command of commands) results.push(await runCommand(command, copy, "local"));
    await check(results, copy);
  });
});

const withDocker = spawnSync("docker", ["version"], { stdio: "ignore" }).status === 0;
const title = `an image${withDocker ? "" : " (left out: no Docker engine answers here)"}`;

describe.skipIf(!withDocker)(title, () => {
  test.each(EXAMPLES)("of $folder gives the same", { timeout: INSTALL_AND_RUN_MS }, async (example) => {
    const image = `cog-example-${example.folder}-${process.pid}`;
    const copy = await copyOf(example.folder, "image");
    try {
      const results: Finished[] = [];
      for (const command of example.commands) {
        // Before each: what training made is to be in the image that runs.
        await runCommand(`cog build -t ${image}`, copy, "docker");
        results.push(await runCommand(command.replace(/^cog \w+/, `$& ${image}`), copy, "docker"));
      }
      await example.check(results, copy);
    } finally {
      spawnSync("docker", ["image", "rm", image], { stdio: "ignore" });
    }
  });
});

afterAll(() => rm(temporary, { recursive: true, force: true }));

async function copyOf(folder: string, purpose: string): Promise<string> {
  const copy = join(temporary, `${folder}-${purpose}`);
  await cp(join(here, folder), copy, { recursive: true });
  return copy;
}

/** Fails with what the command said, unless it ends well. */
async function runCommand(command: string, directory: string, engine: "local" | "docker"): Promise<Finished> {
  const [, ...args] = words(command);
  const child = spawn(cog, args, {
    cwd: directory,
    env: { ...process.env, COG_ENGINE: engine, COG_NO_UPDATE_CHECK: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const arrived: { text: string; at: number }[] = [];
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => arrived.push({ text, at: performance.now() }));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const end = performance.now();
  expect(status, `${command}\n${stderr}`).toBe(0);
  return {
    stdout: arrived.map(({ text }) => text).join(""),
    stderr,
    chunks: arrived.map(({ text, at }) => ({ text, beforeEndMs: end - at })),
  };
}

/** A command as a shell splits it, as far as READMEs go: spaces part words, except between double quotes. */
function words(command: string): string[] {
  return [...command.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ""));
}
