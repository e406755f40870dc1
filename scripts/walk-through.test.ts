/**
 * Pages that are followed from top to bottom do what they say: a block below "`FILE`:" becomes that file, a shell block is
 * run, and each line of a text block below it is in what it printed.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { dockerAnswers } from "../e2e/processes.ts";
import { at } from "./repository.ts";

const INSTALL_AND_RUN_MS = 600_000;
const IMAGE = `cog-walk-through-${process.pid}`;
const PORT = String(20_000 + (process.pid % 20_000)); // the page's own may be taken on this machine

const base = mkdtempSync(join(tmpdir(), "cog-walk-through-"));
const bin = join(base, "bin");
mkdirSync(bin);
symlinkSync(at("cog"), join(bin, "cog"));
afterAll(() => {
  if (dockerAnswers()) {
    spawnSync("docker", ["rm", "--force", IMAGE]);
    spawnSync("docker", ["rmi", "--force", IMAGE]);
  }
  rmSync(base, { recursive: true, force: true, maxRetries: 3 });
});

test.skipIf(!dockerAnswers())("getting started", { timeout: INSTALL_AND_RUN_MS }, () =>
  follow("docs/getting-started.md", "docker"),
);
test("training", { timeout: INSTALL_AND_RUN_MS }, () => follow("docs/how-to/training.md", "local"));

function follow(page: string, engine: string): void {
  const folder = mkdtempSync(join(base, "page-"));
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}`, COG_ENGINE: engine };
  let printed = "";
  let steps = 0;
  for (const { before, language, text } of blocksOf(readFileSync(at(page), "utf8"))) {
    const file = /`([^`\s]+)`:$/.exec(before)?.[1];
    if (file !== undefined) writeFileSync(join(folder, file), text);
    else if (language === "sh") {
      const script = text.replaceAll(/(?<=localhost:|-p )5000/g, PORT).replaceAll(/\bdigits\b/g, IMAGE);
      const { status, stdout, stderr } = spawnSync("bash", ["-ec", script], { cwd: folder, env, encoding: "utf8" });
      expect({ script, status, stderr }).toMatchObject({ status: 0 });
      printed = stdout;
      steps++;
    } else if (language === "text") for (const line of text.trim().split("\n")) expect(printed).toContain(line);
  }
  expect(steps).toBeGreaterThan(0);
}

interface Block {
  /** The text above it. */
  readonly before: string;
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/([^\n]*)\n\n```(\w*)\n([\s\S]*?)^```/gm)].map(
    ([, before = "", language = "", text = ""]) => ({
      before,
      language,
      text,
    }),
  );
}
