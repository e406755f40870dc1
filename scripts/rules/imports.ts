/**
 * Which folder may import which: the table of ARCHITECTURE.md, and the check that compares sources with it.
 * A room is a folder below packages/X/src, written `package/folder`; files beside the folders (main.ts) make up `package/`.
 */

interface Rule {
  readonly rooms: readonly string[];
  /** Rooms these may import, `core/*` for all of a package; a room may always import itself. */
  readonly may: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** False for rooms that only decide: no file, process or network in them (`node:path` only computes). */
  readonly node: boolean;
}

/** Small rooms on one subject, which everybody may use. */
const CORE_BASICS = [
  "core/ansi",
  "core/json",
  "core/errors",
  "core/media",
  "core/object-storage",
  "core/redact",
  "core/spelling",
  "core/version",
];
const DECIDING = ["cli/compat", "cli/plan", "cli/dockerfile"];
const READING = ["cli/python", "cli/inputs", "cli/outputs", "cli/project", "cli/requirements"];
/** The same in the server. */
const SERVER_BASICS = [
  "server/settings",
  "server/log",
  "server/raw-json",
  "server/time",
  "server/in-flight",
  "server/outgoing",
  "server/lanes",
];

export const RULES: readonly Rule[] = [
  { rooms: CORE_BASICS, may: CORE_BASICS, node: false },
  { rooms: ["core/config"], may: CORE_BASICS, node: false },
  { rooms: ["core/schema"], may: CORE_BASICS, node: false },
  { rooms: ["core/wire"], may: [], types: ["core/*"], node: false },
  { rooms: ["core/client"], may: [...CORE_BASICS, "core/wire", "core/schema"], node: false },
  { rooms: ["core/queue"], may: [...CORE_BASICS, "core/wire"], node: false },

  { rooms: ["cli/"], may: ["cli/*", "core/*"], node: true },
  { rooms: ["cli/commands"], may: ["cli/*", "core/*"], node: true },
  { rooms: ["cli/ui"], may: ["cli/report", "cli/settings", "core/*"], node: true },
  { rooms: ["cli/settings", "cli/report"], may: ["core/*"], node: true },
  { rooms: ["cli/requirements"], may: ["core/*"], types: ["cli/project"], node: true },
  { rooms: ["cli/compat"], may: ["core/*"], types: ["cli/requirements"], node: false },
  { rooms: ["cli/plan"], may: ["cli/compat", "cli/requirements", "core/*"], types: ["cli/project"], node: false },
  { rooms: ["cli/dockerfile"], may: ["core/*"], types: ["cli/plan"], node: false },
  { rooms: READING, may: ["core/*"], types: ["cli/report"], node: true },
  { rooms: ["cli/cluster"], may: ["core/*"], node: true },
  { rooms: ["cli/http"], may: ["core/*"], node: true },
  { rooms: ["cli/deploy"], may: ["core/*"], node: false },
  { rooms: ["cli/docker", "cli/sdk"], may: ["core/*"], types: ["cli/report"], node: true },
  { rooms: ["cli/queue"], may: ["core/*"], node: true },
  { rooms: ["cli/registry"], may: [], node: true },
  { rooms: ["cli/playground"], may: CORE_BASICS, node: true },
  { rooms: ["cli/push"], may: ["cli/docker", "cli/registry", "core/*"], types: ["cli/report"], node: true },
  {
    rooms: ["cli/build"],
    may: [...DECIDING, ...READING, "cli/docker", "cli/sdk", "cli/settings", "core/*"],
    types: ["cli/report", "cli/registry"],
    node: true,
  },
  {
    rooms: ["cli/engines"],
    may: [
      "cli/build",
      "cli/docker",
      "cli/http",
      "cli/sdk",
      "cli/project",
      "cli/requirements",
      "cli/compat",
      "cli/report",
      "core/*",
    ],
    types: ["cli/*"],
    node: true,
  },
  {
    rooms: ["cli/launch"],
    may: [
      ...DECIDING,
      ...READING,
      "cli/docker",
      "cli/http",
      "cli/build",
      "cli/engines",
      "cli/weights",
      "cli/report",
      "core/*",
    ],
    node: true,
  },
  {
    rooms: ["cli/weights", "cli/doctor"],
    may: [
      ...DECIDING,
      ...READING,
      "cli/docker",
      "cli/sdk",
      "cli/registry",
      "cli/build",
      "cli/engines",
      "cli/report",
      "core/*",
    ],
    node: true,
  },

  { rooms: ["server/"], may: ["server/*", "core/*"], node: true },
  { rooms: SERVER_BASICS, may: ["core/*", "server/settings"], node: true },
  { rooms: ["server/weights"], may: [...SERVER_BASICS, "core/*"], node: true },
  { rooms: ["server/schema"], may: [...SERVER_BASICS, "core/*"], node: true },
  { rooms: ["server/predictions"], may: [...SERVER_BASICS, "core/*"], types: ["server/workers"], node: true },
  {
    rooms: ["server/workers", "server/files", "server/webhooks", "server/health", "server/metrics", "server/traces"],
    may: [...SERVER_BASICS, "server/predictions", "core/*"],
    types: ["server/*"],
    node: true,
  },
  {
    rooms: ["server/http", "server/queues"],
    may: [...SERVER_BASICS, "server/predictions", "server/health", "server/metrics", "server/files", "core/*"],
    types: ["server/*"],
    node: true,
  },
  { rooms: ["server/gateway"], may: [...SERVER_BASICS, "server/http", "server/schema", "core/*"], node: true },

  { rooms: ["playground/docs", "playground/state", "playground/checker"], may: ["core/*"], node: false },
  { rooms: ["playground/effects"], may: ["playground/state", "core/*"], types: ["playground/checker"], node: false },
  { rooms: ["playground/output"], may: ["playground/state", "core/*"], node: false },
  { rooms: ["playground/form"], may: ["playground/state", "playground/output", "core/*"], node: false },
  { rooms: ["playground/", "playground/page"], may: ["playground/*", "core/*"], node: false },
];

/** Environment variables become typed settings in these files; main.ts hands them over. */
const READS_ENVIRONMENT = /\/src\/main\.ts$|\/settings\.ts$|\/settings\/[\w-]+\.ts$/;

export interface Breach {
  readonly file: string;
  readonly problem: string;
}

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** @param files sources by path relative to the repository, `packages/cli/src/build/build.ts` → text */
export function breaches(files: ReadonlyMap<string, string>): Breach[] {
  const found: Breach[] = [];
  const graph = new Map<string, Set<string>>();
  for (const [file, text] of files) {
    const from = roomOf(file);
    const rule = RULES.find((one) => one.rooms.some((pattern) => matches(from, pattern)));
    if (rule === undefined) {
      found.push({ file, problem: `the room ${from} has no row in the table of import rules` });
      continue;
    }
    if (/\bprocess\.env\b/.test(withoutComments(text)) && !READS_ENVIRONMENT.test(file)) {
      found.push({ file, problem: "reads process.env; only main.ts and settings may" });
    }
    for (const one of importsOf(text)) {
      const target = resolve(file, one.specifier);
      if (target.kind === "outside") {
        if (one.specifier.startsWith("node:") && one.specifier !== "node:path" && !rule.node)
          found.push({ file, problem: `${from} only decides, but imports ${one.specifier}` });
        continue;
      }
      if (target.kind === "deep") {
        found.push({ file, problem: `${one.specifier} reaches past the index.ts of another folder` });
        continue;
      }
      const allowed = one.typeOnly ? [...rule.may, ...(rule.types ?? [])] : rule.may;
      const to = target.room;
      if (to !== from && !allowed.some((pattern) => matches(to, pattern))) {
        found.push({ file, problem: `${from} may not import ${to}${one.typeOnly ? ", not even types" : ""}` });
      }
      if (to !== from && !one.typeOnly) graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  }
  for (const cycle of cyclesOf(graph))
    found.push({ file: "packages", problem: `rooms import in a circle: ${cycle.join(" → ")}` });
  return found;
}

/** `packages/cli/src/build/build.ts` → `cli/build`; `packages/cli/src/main.ts` → `cli/`. */
function roomOf(file: string): string {
  const match = /^packages\/([^/]+)\/src\/(?:([^/]+)\/)?/.exec(file);
  if (match === null) throw new Error(`${file}: not below packages/X/src`);
  return `${match[1]}/${match[2] ?? ""}`;
}

function matches(room: string, pattern: string): boolean {
  return pattern.endsWith("/*") ? room.startsWith(pattern.slice(0, -1)) : room === pattern;
}

type Target =
  | { readonly kind: "room"; readonly room: string }
  | { readonly kind: "deep" }
  | { readonly kind: "outside" };

function resolve(file: string, specifier: string): Target {
  const ofPackage = /^packages\/([^/]+)\//.exec(file)?.[1] ?? "";
  if (specifier.startsWith("#")) return door(`${ofPackage}/${specifier.slice(1)}`);
  if (specifier.startsWith("@cog/")) return door(specifier.slice("@cog/".length));
  if (!specifier.startsWith(".")) return { kind: "outside" };
  const path = new URL(specifier, `file:///${file}`).pathname.slice(1);
  if (!path.startsWith("packages/")) return { kind: "deep" };
  // The entry point names files, because it decides what is loaded at the start.
  const isEntryPoint = file === `packages/${ofPackage}/src/main.ts`;
  return isEntryPoint || roomOf(path) === roomOf(file) ? { kind: "room", room: roomOf(path) } : { kind: "deep" };
}

function door(path: string): Target {
  const parts = path.split("/");
  return parts.length === 2 ? { kind: "room", room: path } : { kind: "deep" };
}

const FROM = /^[ \t]*(?:import|export)\b(?<clause>[^;"'`]*?)\bfrom\s*["'](?<specifier>[^"']+)["']/gm;
const BARE = /^[ \t]*import\s*["'](?<specifier>[^"']+)["']/gm;
const LAZY = /\bimport\(\s*["'](?<specifier>[^"']+)["']\s*\)/g;
const TYPE_LAZY = /\btypeof\s+import\(\s*["'](?<specifier>[^"']+)["']\s*\)/g;

function importsOf(source: string): Import[] {
  const text = withoutComments(source);
  const lazyTypes = new Set([...text.matchAll(TYPE_LAZY)].map((match) => match.groups?.["specifier"]));
  return [...text.matchAll(FROM), ...text.matchAll(BARE), ...text.matchAll(LAZY)].map(({ groups }) => {
    const specifier = groups?.["specifier"] ?? "";
    return { specifier, typeOnly: /^\s*type\b/.test(groups?.["clause"] ?? "") || lazyTypes.has(specifier) };
  });
}

/** Comments that take whole lines, which is where examples with imports stand. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, "").replace(/^[ \t]*\/\/.*$/gm, "");
}

/** One path for each circle met on a walk through all rooms. */
function cyclesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const walk = (room: string, path: readonly string[]): void => {
    const seenAt = path.indexOf(room);
    if (seenAt >= 0) {
      cycles.push([...path.slice(seenAt), room]);
      return;
    }
    if (finished.has(room)) return;
    for (const next of graph.get(room) ?? []) walk(next, [...path, room]);
    finished.add(room);
  };
  for (const room of graph.keys()) walk(room, []);
  return cycles;
}
