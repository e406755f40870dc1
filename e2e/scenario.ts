/**
 * A scenario file as data. The format is described for its writers in README.md; this is the only place that knows it.
 */
export const ENGINES = ["local", "docker"] as const;
export type EngineName = (typeof ENGINES)[number];

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Once for each of these; empty means once, without naming an engine. */
  readonly engines: readonly EngineName[];
  /** Programs that must be on PATH. */
  readonly needs: readonly string[];
  readonly files: readonly ProjectFile[];
  readonly steps: readonly Step[];
}

export interface ProjectFile {
  readonly path: string;
  readonly content: string;
  readonly encoding: "utf8" | "base64";
}

interface Common {
  readonly line: number;
  /** Only on this engine. */
  readonly on?: EngineName;
}

export type Step = Common &
  (
    | { readonly kind: "run"; readonly command: string; readonly expectations: Expectation[] }
    | { readonly kind: "start"; readonly name: string; readonly command: string }
    | { readonly kind: "wait"; readonly name: string; readonly stream: Stream; readonly text: string }
    | { readonly kind: "signal"; readonly name: string; readonly signal: NodeJS.Signals }
    | { readonly kind: "end"; readonly name: string; readonly expectations: Expectation[] }
  );

export type Stream = "stdout" | "stderr";

export type Expectation = Common &
  (
    | { readonly kind: "exit"; readonly code: number | "not 0" }
    | { readonly kind: "within"; readonly seconds: number }
    | { readonly kind: "is" | "has" | "lacks" | "json"; readonly stream: Stream; readonly text: string }
  );

export class ScenarioError extends Error {}

/** @throws ScenarioError naming the line that is not understood */
export function parseScenario(name: string, text: string): Scenario {
  const [script = "", ...sections] = text.split(/^== /m);
  const lines = script.split("\n");
  const settings = new Map<string, string>();
  const steps: Step[] = [];
  let title = "";

  for (let index = 0; index < lines.length; index += 1) {
    const at = index + 1;
    const unknown = (why: string) => new ScenarioError(`${name}:${at}: ${why}: ${lines[index]}`);
    let line = lines[index] ?? "";
    if (line.trim() === "") continue;
    if (line.startsWith("#")) {
      title ||= line.replace(/^#+\s*/, "");
      continue;
    }
    const only = /^on (local|docker): (.*)$/.exec(line);
    if (only !== null) line = only[2] ?? "";
    const common: Common = { line: at, ...(only === null ? {} : { on: only[1] as EngineName }) };

    const setting = /^(engines|needs):\s*(.*)$/.exec(line);
    if (setting !== null) {
      settings.set(setting[1] ?? "", setting[2] ?? "");
      continue;
    }
    while (line.endsWith("\\") && index + 1 < lines.length) {
      index += 1;
      line = `${line.slice(0, -1)}${(lines[index] ?? "").trimStart()}`;
    }
    const step = parseStep(line);
    if (step !== undefined) {
      steps.push({ ...step, ...common });
      continue;
    }
    const block = /^std(out|err)( json)?:\s*$/.test(line) ? indentedLines(lines.slice(index + 1)) : [];
    index += block.length;
    const expectation = parseExpectation(line, block.join("\n").trimEnd());
    if (expectation === undefined) throw unknown("neither a step nor an expectation");
    const last = steps.at(-1);
    if (last === undefined || !("expectations" in last))
      throw unknown("an expectation must follow '$ command' or 'end'");
    last.expectations.push({ ...expectation, ...common });
  }
  return {
    name,
    title: title || name,
    engines: words(settings.get("engines")).map((word) => engineName(name, word)),
    needs: words(settings.get("needs")),
    files: sections.map(parseFile),
    steps,
  };
}

type Bare<T> = T extends unknown ? Omit<T, keyof Common> : never;

function parseStep(line: string): Bare<Step> | undefined {
  const run = /^\$ (.+)$/.exec(line);
  if (run !== null) return { kind: "run", command: run[1] ?? "", expectations: [] };
  const start = /^start (\w+): (.+)$/.exec(line);
  if (start !== null) return { kind: "start", name: start[1] ?? "", command: start[2] ?? "" };
  const wait = /^wait (\w+) (stdout|stderr): (.+)$/.exec(line);
  if (wait !== null) return { kind: "wait", name: wait[1] ?? "", stream: wait[2] as Stream, text: wait[3] ?? "" };
  const signal = /^signal (\w+) (INT|TERM|HUP|KILL)$/.exec(line);
  if (signal !== null) return { kind: "signal", name: signal[1] ?? "", signal: `SIG${signal[2]}` as NodeJS.Signals };
  const end = /^end (\w+)$/.exec(line);
  if (end !== null) return { kind: "end", name: end[1] ?? "", expectations: [] };
  return undefined;
}

function parseExpectation(line: string, block: string): Bare<Expectation> | undefined {
  const exit = /^exit: (not 0|\d+)$/.exec(line);
  if (exit !== null) return { kind: "exit", code: exit[1] === "not 0" ? "not 0" : Number(exit[1]) };
  const within = /^within: (\d+) s$/.exec(line);
  if (within !== null) return { kind: "within", seconds: Number(within[1]) };
  const empty = /^(stdout|stderr) empty$/.exec(line);
  if (empty !== null) return { kind: "is", stream: empty[1] as Stream, text: "" };
  const stream = /^(stdout|stderr)(?: (has|lacks|json))?:(?: (.*))?$/.exec(line);
  if (stream === null) return undefined;
  const kind = (stream[2] ?? "is") as "is" | "has" | "lacks" | "json";
  return { kind, stream: stream[1] as Stream, text: stream[3] ?? block };
}

/** The leading lines that are indented or empty, without the indentation. */
function indentedLines(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("  "));
  return lines.slice(0, end < 0 ? lines.length : end).map((line) => line.replace(/^ {2}/, ""));
}

function parseFile(section: string): ProjectFile {
  const end = section.indexOf("\n");
  const heading = (end < 0 ? section : section.slice(0, end)).trim();
  const content = end < 0 ? "" : section.slice(end + 1).replace(/\n+$/, "\n");
  const base64 = heading.endsWith(" (base64)");
  return { path: heading.replace(/ \(base64\)$/, ""), content, encoding: base64 ? "base64" : "utf8" };
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}

function engineName(scenario: string, word: string): EngineName {
  const engine = ENGINES.find((one) => one === word);
  if (engine === undefined)
    throw new ScenarioError(`${scenario}: unknown engine ${word}; there are ${ENGINES.join(", ")}`);
  return engine;
}
