/** Text of a cog.yaml → `CogConfig`, or every problem at once, each with its place. */
import type { Place } from "@cog/core/errors";
import { withoutCredentials } from "@cog/core/redact";
import { type Document, LineCounter, parseAllDocuments, type YAMLParseError } from "yaml";
import type { CogConfig } from "./config.ts";
import { configOf, DEFAULT_PYTHON } from "./convert.ts";
import { decode } from "./decode.ts";
import { deprecations } from "./deprecations.ts";
import { CONFIG } from "./keys.ts";
import type { ConfigProblem, ConfigWarning, Finding } from "./problem.ts";
import { checkRules } from "./rules.ts";
import type { WrittenConfig } from "./shape.ts";

export interface ParsedConfig {
  /** Absent when there are problems. */
  readonly config?: CogConfig;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigWarning[];
  /** Where a field (`build.python_requirements`) is written: for what is found wrong with its value later. */
  readonly placeOf: (field: string) => Place;
}

export interface ParseConfigOptions {
  /** As messages call it, usually `cog.yaml`. */
  readonly file: string;
}

export function parseConfig(text: string, { file }: ParseConfigOptions): ParsedConfig {
  const source = text.replace(/^\uFEFF/, "");
  const lineCounter = new LineCounter();
  const document = firstDocument(source, lineCounter);
  const placeOf = placesIn(source, file, lineCounter);
  const errors = document?.errors ?? [];
  if (errors.length > 0)
    return {
      problems: errors.map((error) => syntaxProblem(error, { source, file, placeOf })),
      warnings: [],
      placeOf: () => ({ file }),
    };

  const lineOf = (offset: number) => lineCounter.linePos(offset).line;
  const decoded = document === undefined ? undefined : decode(document, CONFIG, lineOf);
  const written = (decoded?.value ?? {}) as WrittenConfig; // decode() gives what the shape says
  const offsets = decoded?.offsets ?? new Map<string, number>();
  const placeOfField = (field: string): Place => placeOf(offsetOf(field, offsets));
  const at = (finding: Finding): ConfigProblem => ({ ...finding, place: placeOfField(finding.field) });

  const kinds = decoded?.problems ?? [];
  // A value of the wrong kind counts as absent, which must not give a second problem in the same place.
  const rules = checkRules(written).filter(({ field }) => !kinds.some((kind) => isWithin(kind.field, field)));
  const problems = [...kinds, ...rules].map(at);
  const warnings = [
    ...(decoded?.unknownKeys ?? []).map((finding): ConfigWarning => ({ ...at(finding), kind: "unknown-key" })),
    ...(decoded?.ignoredKeys ?? []).map(
      (field): ConfigWarning => ({ ...at({ field, message: `key "${field}" has no effect any more` }), kind: "quiet" }),
    ),
  ];
  if (problems.length > 0) return { problems: inFileOrder(problems), warnings, placeOf: placeOfField };
  return {
    config: configOf(written),
    problems,
    placeOf: placeOfField,
    warnings: [
      ...warnings,
      ...deprecations(written).map((finding): ConfigWarning => ({ ...at(finding), kind: "deprecated" })),
      ...pythonNotes(written).map((note): ConfigWarning => ({ ...at(note), kind: note.kind })),
    ],
  };
}

/** Further documents are ignored, as Cog does. Duplicate keys are told by `decode`, which knows both places. */
function firstDocument(source: string, lineCounter: LineCounter): Document | undefined {
  const documents = parseAllDocuments(source, {
    schema: "failsafe",
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter,
  });
  return Array.isArray(documents) ? documents[0] : undefined;
}

function placesIn(source: string, file: string, lineCounter: LineCounter): (offset: number | undefined) => Place {
  const lines = source.split(/\r?\n/);
  return (offset) => {
    if (offset === undefined) return { file };
    const { line, col } = lineCounter.linePos(offset);
    return { file, line, column: col, source: withoutCredentials(lines[line - 1] ?? "") };
  };
}

interface SyntaxContext {
  readonly source: string;
  readonly file: string;
  readonly placeOf: (offset: number) => Place;
}

/** A bracket that is never closed is noticed on the next line; the mistake is where the text before it ends. */
function syntaxProblem(error: YAMLParseError, { source, file, placeOf }: SyntaxContext): ConfigProblem {
  const [start] = error.pos;
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const unclosed =
    (error.code === "BAD_INDENT" || error.code === "MISSING_CHAR") && source.slice(lineStart, start).trim() === "";
  const offset = unclosed ? Math.max(0, source.slice(0, start).trimEnd().length - 1) : start;
  const message = error.message.replace(/ at line \d+, column \d+.*$/s, "");
  return { field: "", message: `failed to parse ${file}: invalid YAML: ${message}`, place: placeOf(offset) };
}

/** Of the field, or of the nearest one around it that is written down. */
function offsetOf(field: string, offsets: ReadonlyMap<string, number>): number | undefined {
  for (let path = field; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const offset = offsets.get(path);
    if (offset !== undefined) return offset;
  }
  return field === "" ? offsets.get("") : undefined;
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`);
}

function inFileOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const key = ({ place }: ConfigProblem) => (place.line ?? 0) * 10_000 + (place.column ?? 0);
  return [...problems].sort((a, b) => key(a) - key(b));
}

function pythonNotes({ build }: WrittenConfig): (Finding & { readonly kind: "default" | "end-of-life" })[] {
  const field = "build.python_version";
  const version = build?.python_version;
  if (!version) return [{ field, kind: "default", message: `${field} is not set; using Python ${DEFAULT_PYTHON}` }];
  if (!/^3\.[89](\.|$)/.test(version)) return [];
  return [
    {
      field,
      kind: "end-of-life",
      message: `Python ${version} gets no security fixes any more; consider 3.10 or newer`,
    },
  ];
}
