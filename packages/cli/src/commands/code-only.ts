/** What pushes and builds of code alone have in common. */
import { version } from "@cog/core/version";
import { type ProjectCode, REVISION_LABELS, readProjectCode } from "#build";
import { SERVER_VARIABLES } from "#plan";
import type { Project } from "#project";
import type { CodeSettings } from "#push";
import { reporterWith } from "#report";
import type { ReadForImage } from "./building.ts";
import type { CommandContext, FlagValues } from "./command.ts";
import type { buildFlags, imageFlags } from "./shared-flags.ts";
import { UsageError } from "./usage.ts";

/** What makes more of an image's code than a copy, or wants every step anew. */
export const EXCLUDING = ["precompile", "strip", "dockerfile", "no-cache"] as const;

/** @throws UsageError for `--code-only` beside one of those that exclude it */
export function mayBeCodeOnly<Name extends string>(
  flags: Readonly<Record<Name, unknown>> & { readonly "code-only": boolean },
  excluding: readonly Name[],
  command: string,
): boolean {
  const given = excluding.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (flags["code-only"] && given !== undefined)
    throw new UsageError(`--code-only and --${given} exclude each other`, command);
  return given === undefined;
}

export interface CodeOf {
  readonly project: Project;
  readonly flags: Pick<FlagValues<typeof buildFlags & typeof imageFlags>, "platform" | "separate-weights">;
  readonly read: ReadForImage;
}

/** What there is to say of the environment is said when it is built. */
export async function readCode({ project, flags, read }: CodeOf, { report }: CommandContext): Promise<ProjectCode> {
  const quiet = reporterWith(report, { warn: (text) => report.debug(text), info: (text) => report.debug(text) });
  const { weights, schema, concurrency } = read;
  const options = {
    platform: flags.platform,
    ...(concurrency !== undefined && { concurrency }),
    ...(flags["separate-weights"] && { weightsImage: "weights" }),
  };
  const request = { project, weights, cogVersion: version, options, ...(schema !== undefined && { schema }) };
  return await readProjectCode(request, quiet);
}

export function codeSettings({ labels, variables, created }: ProjectCode): CodeSettings {
  return {
    labels,
    optionalLabels: REVISION_LABELS,
    variables: variables.map(({ name, value }) => `${name}=${value}`),
    variableNames: SERVER_VARIABLES,
    created,
  };
}
