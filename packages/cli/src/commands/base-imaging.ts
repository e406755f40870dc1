/** The story of `cog base-image`: a combination of versions, its Dockerfile, its image. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildLog } from "#build";
import { type CogBaseImage, cogBaseImage, cogBaseImages } from "#compat";
import { buildImage } from "#docker";
import { renderCogBase } from "#dockerfile";
import { type CogBasePlan, planCogBase } from "#plan";
import type { BaseImageBuildFlags, BaseImageFlags, MatrixFlags } from "./base-image.ts";
import { chooseBuilder } from "./builder.ts";
import type { CommandContext } from "./command.ts";
import { cogBaseRegistry } from "./project.ts";
import { UsageError } from "./usage.ts";

/** As for `cog build`. */
const PLATFORM = "linux/amd64";

export async function printBaseDockerfile(flags: BaseImageFlags, context: CommandContext): Promise<number> {
  const { dockerfile } = rendered(flags, context);
  context.stdout.write(dockerfile);
  return 0;
}

export async function buildBaseImage(flags: BaseImageBuildFlags, context: CommandContext): Promise<number> {
  const { report, signal } = context;
  const { plan, dockerfile, directory } = rendered(flags, context);
  const name = `${cogBaseRegistry(context)}/cog-base:${plan.tag}`;
  const tool = await chooseBuilder(context);
  const timestamp = Number(flags.timestamp);
  const step = report.step(`Building ${name} from ${plan.base.image}...`);
  try {
    await buildImage(
      {
        dockerfile,
        tags: [name],
        platform: PLATFORM,
        noCache: flags["no-cache"],
        ...(directory !== undefined && { context: directory }),
        ...(timestamp >= 0 && { timestamp }),
      },
      { signal, tool, onOutput: buildLog((text) => report.output(text)) },
    );
    step.done();
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
  report.info(`Image built as ${name}`);
  return 0;
}

interface Rendered {
  readonly plan: CogBasePlan;
  readonly dockerfile: string;
  /** Of `--build-context-dir`. */
  readonly directory: string | undefined;
}

function rendered(flags: BaseImageFlags, { workingDirectory }: CommandContext): Rendered {
  const { python, cuda, torch } = flags;
  const wish = { python, ...(cuda !== undefined && { cuda }), ...(torch !== undefined && { torch }) };
  const plan = planCogBase(cogBaseImage(wish));
  const dockerfile = renderCogBase(plan);
  const given = flags["build-context-dir"];
  const directory = given === undefined ? undefined : resolve(workingDirectory, given);
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "Dockerfile"), dockerfile);
  }
  return { plan, dockerfile, directory };
}

const PARTS = ["python", "cuda", "torch"] as const;
type Part = (typeof PARTS)[number];

/** As the reference names them, so that workflows that read the array go on working. */
export function printMatrix(flags: MatrixFlags, { stdout }: CommandContext): number {
  const all = cogBaseImages();
  const wanted = PARTS.map((part) => [part, wantedVersions(part, flags[part], all)] as const);
  const rows = all
    .filter((image) => wanted.every(([part, versions]) => versions?.has(image[part] ?? NONE) !== false))
    .sort((a, b) => order(a, b))
    .map(({ python, cuda = "", torch = "" }) => ({ cuda_version: cuda, python_version: python, torch_version: torch }));
  stdout.write(`${JSON.stringify(rows)}\n`);
  return 0;
}

const NONE = "none";

function wantedVersions(
  part: Part,
  list: string | undefined,
  images: readonly CogBaseImage[],
): ReadonlySet<string> | undefined {
  if (list === undefined || list === "") return undefined;
  const known = [...new Set(images.map((image) => image[part] ?? NONE))].sort(byNumber);
  const versions = list.split(",").map((version) => version.trim());
  const unknown = versions.find((version) => !known.includes(version));
  if (unknown === undefined) return new Set(versions);
  throw new UsageError(
    `invalid argument "${unknown}" for --${part}: expected some of ${known.join(",")}`,
    "base-image generate-matrix",
  );
}

function order(a: CogBaseImage, b: CogBaseImage): number {
  for (const part of ["cuda", "python", "torch"] as const) {
    const difference = byNumber(a[part] ?? "", b[part] ?? "");
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `3.9` before `3.10`. */
const byNumber = new Intl.Collator("en", { numeric: true }).compare;
