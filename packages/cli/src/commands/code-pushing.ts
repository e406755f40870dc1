/** The short way of `cog push`: code alone, onto the image that is in the registry. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CogError, messageOf, UserError } from "@cog/core/errors";
import type { LockedWeight } from "@cog/core/wire";
import { caCertificate, changedParts, type ProjectCode, REVISION_LABELS } from "#build";
import { openState, type Project, writeState } from "#project";
import {
  type CodePushOutcome,
  type CodeToPush,
  explainRefusal,
  findWeights,
  type LastPush,
  lastPushFile,
  type NoBase,
  noteFullPush,
  openDirectly,
  type PushEvent,
  type PushTarget,
  platformOf,
  pushCode,
  readLastPush,
} from "#push";
import { canonicalDiffId, type Registry, RegistryError } from "#registry";
import type { ReadForImage } from "./building.ts";
import { codeSettings, EXCLUDING, mayBeCodeOnly, readCode } from "./code-only.ts";
import type { CommandContext } from "./command.ts";
import type { PushFlags } from "./push.ts";

/** @throws UsageError for flags that contradict each other */
export function mayPushCode(flags: PushFlags): boolean {
  return mayBeCodeOnly(flags, ["no-code-only", ...EXCLUDING], "push");
}

export interface CodePushing {
  readonly project: Project;
  readonly target: PushTarget;
  readonly flags: PushFlags;
  readonly read: ReadForImage;
  readonly locked: readonly LockedWeight[];
}

export type PushedCodeOutcome = Exclude<CodePushOutcome, { readonly kind: "impossible" }>;

/** Undefined when the image has to be built, and may be. @throws UserError when it has to be, and must not */
export async function tryCodePush(
  pushing: CodePushing,
  context: CommandContext,
): Promise<PushedCodeOutcome | undefined> {
  const { project, target, flags } = pushing;
  const { report, signal } = context;
  const insists = flags["code-only"];
  const pushes = pushesOf(project);
  const last = pushes.find((one) => isTo(one, target));
  if (last === undefined && !insists) return undefined;
  try {
    const others = pushes.filter((one) => one !== last);
    const { outcome, code } = await pushWith(pushing, { last, others, insists }, context);
    if (outcome.kind !== "impossible") {
      if (outcome.last !== undefined) remember(project, target, outcome.last);
      return outcome;
    }
    const error = impossible(outcome.why, code, pushing);
    if (insists) throw error;
    report.info(`${error.message}; building the image`);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RegistryError && !insists) {
      report.debug(`The code alone cannot be pushed: ${error.message}`);
      return undefined;
    }
    if (error instanceof UserError && error.code === "code_only.refused" && !insists) {
      report.info(`${error.message}; building the image`);
      return undefined;
    }
    throw error;
  }
}

interface Before {
  readonly last: LastPush | undefined;
  readonly others: readonly LastPush[];
  readonly insists: boolean;
}

async function pushWith(pushing: CodePushing, before: Before, context: CommandContext) {
  const { target, flags, locked } = pushing;
  const { report, signal, settings } = context;
  const opened: { close(): Promise<void> }[] = [];
  const open = async (to: Pick<PushTarget, "host" | "repository">, pushes: boolean) => {
    const access = await openDirectly(to, { ...directSettings(context), pushes, signal, report });
    opened.push(access);
    return access;
  };
  try {
    const [access, code] = await Promise.all([open(target, true), readCode(pushing, context)]);
    if (code.environment === undefined) throw new Error("an image of these flags has no environment of its own");
    const refused = (error: unknown): never => {
      if (!(error instanceof RegistryError) || !before.insists) throw error;
      throw explainRefusal(error.failure, error.message, { target, credentialsFrom: access.credentialsFrom });
    };
    const weights = await findWeights(locked, { target, access, signal });
    const onEvent = flags.json ? (event: PushEvent) => report.output(`${JSON.stringify(event)}\n`) : undefined;
    const request = {
      ...before,
      code: toPush({ ...code, environment: code.environment }),
      platform: platformOf(flags.platform),
      weights,
      open: async (host: string, repository: string): Promise<Registry> =>
        (await open({ host, repository }, false)).registry,
    };
    const { registry } = access;
    const { concurrency } = settings.push;
    const outcome = await pushCode(request, { target, report, onEvent, signal, registry, concurrency }).catch(refused);
    return { outcome, code };
  } finally {
    for (const access of opened) await access.close();
  }
}

type KnownCode = ProjectCode & { readonly environment: NonNullable<ProjectCode["environment"]> };

function toPush(code: KnownCode): CodeToPush {
  const { environment, bigFiles, fileTime, entries } = code;
  return { environment, settings: codeSettings(code), passingLabels: REVISION_LABELS, bigFiles, fileTime, entries };
}

/** Nobody but us pushes: all places where credentials may be are looked into. */
export function directSettings({ settings }: CommandContext) {
  const { dockerConfig, podmanAuth, insecureHosts, caCertificate: certificate } = settings.registries;
  const credentialFiles = [join(dockerConfig, "config.json"), ...(podmanAuth === undefined ? [] : [podmanAuth])];
  const { thresholdBytes, chunkBytes } = settings.push;
  const limits = { thresholdBytes, chunkBytes };
  return { credentialFiles, insecureHosts, certificates: caCertificate(certificate), limits };
}

function impossible(why: NoBase, { environment }: ProjectCode, { project, target }: CodePushing): CogError {
  const hint = "Push without --code-only: the image is built, and of its steps only those that changed.";
  switch (why.kind) {
    case "nothing-pushed":
      return new UserError(
        "code_only.refused",
        `there is no image at ${target.name}, nor another one that was pushed from here, whose code could be exchanged`,
        { hint },
      );
    case "compiled":
      return new UserError("code_only.refused", `the code in ${why.ref} is compiled, and cannot be exchanged`, {
        hint,
      });
    case "config": {
      const message = `${why.ref} was built by another Cog, with another ${why.parts.join(", ")}`;
      return new UserError("code_only.refused", message, { hint });
    }
    case "environment": {
      if (why.before === undefined)
        return new UserError("code_only.refused", `${why.ref} has another environment than this project`, { hint });
      const parts = changedParts(why.before, environment?.parts ?? {});
      const [first = ""] = parts;
      const place = project.placeOf?.(first);
      const message = `more than the code changed since the last push: ${parts.join(", ")}`;
      return new UserError("code_only.refused", message, { hint, ...(place?.line !== undefined && { place }) });
    }
  }
}

/** Of this project, to any repository; the newest first. */
export function pushesOf({ directory }: Project): readonly LastPush[] {
  const folder = join(openState(directory), "push");
  return namesIn(folder)
    .map((name) => join(folder, name))
    .map((path) => ({ path, time: statSync(path).mtimeMs }))
    .sort((a, b) => b.time - a.time)
    .flatMap(({ path }) => readLastPush(readFileSync(path, "utf8")) ?? []);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    // Nothing was pushed from here yet.
    return [];
  }
}

function isTo({ ref }: LastPush, { repositoryName }: PushTarget): boolean {
  return ref.startsWith(`${repositoryName}:`);
}

function remember(project: Project, { repositoryName }: PushTarget, last: LastPush): void {
  writeState(project, lastPushFile(repositoryName), JSON.stringify(last));
}

/** What the archive of the project's code is called now. */
export async function codeDigestOf(pushing: CodePushing, context: CommandContext): Promise<string> {
  const { entries, bigFiles, fileTime } = await readCode(pushing, context);
  return await canonicalDiffId(await entries(bigFiles), { time: fileTime, signal: context.signal });
}

export interface PushedImage {
  /** Of what is under the tag. */
  readonly digest: string;
  readonly registry: Registry;
  readonly environment: KnownCode["environment"];
  /** Before the build. */
  readonly codeDigest: string | undefined;
}

/** So that the next push can be a short one. That this cannot be done is no failure of the push that was done. */
export async function rememberPush(pushing: CodePushing, image: PushedImage, context: CommandContext): Promise<void> {
  const { project, target, flags } = pushing;
  const { signal, report } = context;
  try {
    // An edit while the image was built may be in it or not.
    const after = await codeDigestOf(pushing, context);
    const codeDigest = after === image.codeDigest ? after : undefined;
    const platform = platformOf(flags.platform);
    remember(project, target, await noteFullPush({ ...image, target, platform, codeDigest, signal }));
  } catch (error) {
    signal.throwIfAborted();
    report.debug(`The next push will not be a short one: ${messageOf(error)}`);
  }
}
