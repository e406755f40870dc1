/** Models that stay up after `cog run --keep` and `cog serve --detach`: what makes two of them the same, and their records. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { builtAt, version } from "@cog/core/version";
import { WEIGHTS_LOCK_FILE } from "@cog/core/wire";
import type { EngineName, StartOptions, Surroundings } from "#engines";
import { keptFile, openKept, type SessionOptions, writeKept } from "#launch";
import { contentsOf, type Project, readSources, type Stamps } from "#project";
import type { CommandContext } from "./command.ts";

/** How long a model waits for the next `cog run`. */
export const IDLE_SECONDS = 600;

/** Requests of several commands at once wait for each other, where cog.yaml says nothing of a queue. */
const QUEUE = "64";

/** What a model is started with, as far as a later command has to want the same. */
export interface Recipe {
  readonly project: Project;
  readonly askedEngine: string;
  readonly config: string;
  readonly flags: (engine: EngineName) => string;
  /** As they are before the model is started: what is edited while it starts has changed. */
  readonly sources: Stamps;
}

export async function recipeOf(project: Project, surroundings: Surroundings, context: CommandContext): Promise<Recipe> {
  const { settings, global } = context;
  const { stamps } = await readSources(project.directory);
  return {
    project,
    askedEngine: global.engine ?? settings.engine ?? "auto",
    config: digest(version, builtAt, ...configTexts(project)),
    flags: (engine) =>
      digest(surroundings, project.image ?? {}, engine === "local" ? inheritedBy(settings.environment) : null),
    sources: stamps,
  };
}

export interface Keeping {
  readonly recipe: Recipe;
  readonly command: "run" | "serve";
  readonly idleSeconds: number | null;
}

export interface Kept {
  readonly id: string;
  readonly start: Pick<StartOptions, "keep" | "env">;
  readonly onKept: NonNullable<SessionOptions["onKept"]>;
}

/** What to start a model with, so that it is kept, and what to do then. */
export function keeping({ recipe, command, idleSeconds }: Keeping, env: StartOptions["env"], cache: string): Kept {
  const id = randomBytes(6).toString("hex");
  openKept(cache);
  const { directory } = recipe.project;
  const contents = contentsOf(directory, recipe.sources.keys());
  return {
    id,
    start: {
      keep: { id, log: keptFile(cache, id, "log") },
      env: {
        COG_INSTANCE: id,
        ...(idleSeconds !== null && { COG_IDLE_TIMEOUT: String(idleSeconds) }),
        ...(command === "run" && recipe.project.config.concurrency.queue === undefined && { COG_QUEUE_MAX: QUEUE }),
        ...env,
      },
    },
    onKept: ({ url, place }) => {
      writeKept(cache, {
        id,
        command,
        project: directory,
        url,
        place,
        startedAt: new Date().toISOString(),
        idleSeconds,
        askedEngine: recipe.askedEngine,
        config: recipe.config,
        flags: recipe.flags(place.engine),
        sources: Object.fromEntries(recipe.sources),
        contents,
      });
    },
  };
}

function configTexts({ configFile, directory, config: { build, weights = [] } }: Project): readonly string[] {
  const files = [
    configFile,
    ...(build.pythonRequirements ? [resolve(directory, build.pythonRequirements)] : []),
    ...(weights.length > 0 ? [join(directory, WEIGHTS_LOCK_FILE)] : []),
  ];
  return files.map((file) => readFileSync(file, "utf8"));
}

/** They differ from one terminal to the next, and no model is told anything by them. */
const OF_THE_TERMINAL =
  /^(_|PWD|OLDPWD|SHLVL|COLUMNS|LINES|TERM|TERM_.*|COLORTERM|NO_COLOR|WINDOWID|SSH_.*|TMUX.*|STY|VTE_.*|DISPLAY|XDG_SESSION_.*|ITERM_.*|KITTY_.*|WT_.*|VSCODE_.*|COG_ENGINE|COG_NO_.*)$/;

function inheritedBy(environment: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(
    Object.entries(environment)
      .filter(([name]) => !OF_THE_TERMINAL.test(name))
      .sort(),
  );
}

function digest(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 24);
}
