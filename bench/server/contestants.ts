/**
 * The two servers under test, each in a Python environment of its own. The reference is installed from PyPI at one
 * version and only ever run.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Options, Side } from "../question.ts";
import { baseEnv, environment } from "./environment.ts";

const REFERENCE_VERSION = "0.23.1";

const root = join(import.meta.dirname, "..", "..");

export interface Contestant {
  readonly side: Side;
  /** What exactly is measured, for the notes. */
  readonly label: string;
  readonly python: string;
  readonly env: Readonly<Record<string, string>>;
}

export async function contestants(options: Options): Promise<Contestant[]> {
  const all: Contestant[] = [];
  if (options.side !== "ours") all.push(await reference(options));
  if (options.side !== "reference")
    all.push(options.source ? await oursFromSource(options) : await oursFromWheel(options));
  return all;
}

async function reference(options: Options): Promise<Contestant> {
  const home = await environment(`reference-${REFERENCE_VERSION}`, options.say, [
    `cog==${REFERENCE_VERSION}`,
    `coglet==${REFERENCE_VERSION}`,
  ]);
  return contestant("reference", `cog and coglet ${REFERENCE_VERSION} from PyPI`, join(home, "bin", "python"), {});
}

async function oursFromWheel(options: Options): Promise<Contestant> {
  const dist = join(root, "dist");
  const wheel = (existsSync(dist) ? await readdir(dist) : []).find((name) => /^cog-.*\.whl$/.test(name));
  if (wheel === undefined) throw new Error("There is no wheel in dist/. Run `npm run build` first, or pass --source.");
  const path = join(dist, wheel);
  const digest = createHash("sha256")
    .update(await readFile(path))
    .digest("hex")
    .slice(0, 12);
  const home = await environment(`ours-${digest}`, options.say, [path]);
  return contestant("ours", wheel, join(home, "bin", "python"), await profiling(options));
}

async function oursFromSource(options: Options): Promise<Contestant> {
  const home = await environment("bare", options.say, []);
  return contestant("ours", "the working tree", join(home, "bin", "python"), {
    PYTHONPATH: join(root, "python", "src"),
    COG_SERVER_BUNDLE: process.env["COG_SERVER_BUNDLE"] ?? join(root, "dist", "server.mjs"),
    COG_NODE: process.execPath,
    ...(await profiling(options)),
  });
}

function contestant(side: Side, label: string, python: string, env: Record<string, string>): Contestant {
  return { side, label, python, env: { ...baseEnv(python), ...env } };
}

/** NODE_OPTIONS takes no profiling flags, so a script stands in for Node. The profile is written when Node ends. */
async function profiling({ profile }: Options): Promise<Record<string, string>> {
  if (profile === undefined) return {};
  const folder = resolve(profile);
  const node = join(folder, "node");
  await mkdir(folder, { recursive: true });
  await writeFile(node, `#!/bin/sh\nexec "${process.execPath}" --cpu-prof --cpu-prof-dir="${folder}" "$@"\n`, {
    mode: 0o755,
  });
  return { COG_NODE: node };
}
