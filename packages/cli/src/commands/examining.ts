/** `cog doctor`: the findings as text on stderr, or as JSON on stdout. Errors that are left make it fail. */
import { type Examined, examine, type Finding, type Report, type Severity } from "#doctor";
import { colorEnabled, type Palette, palette } from "#ui";
import type { CommandContext } from "./command.ts";
import type { DoctorFlags } from "./doctor.ts";
import { localSettings } from "./engine.ts";

export async function examineProject(flags: DoctorFlags, context: CommandContext): Promise<number> {
  const { settings, report, stdout, signal, workingDirectory } = context;
  const paint = await palette(colorEnabled(settings.color, { flag: false, isTerminal: process.stderr.isTTY === true }));
  const print = (lines: readonly string[]) => {
    if (!flags.json) for (const line of lines) report.output(`${line}\n`);
  };
  print(["NOTE: cog doctor is experimental; its checks may change."]);
  let group: string | undefined;
  const result = await examine(
    {
      workingDirectory,
      file: flags.file,
      local: localSettings(settings),
      skipDocker: settings.doctorSkips.docker,
      skipGpu: settings.doctorSkips.gpu,
      report,
      signal,
    },
    {
      fix: flags.fix,
      onExamined: (one) => {
        if (one.check.group !== group) print(["", paint.bold(one.check.group)]);
        group = one.check.group;
        print(linesOf(one, paint));
      },
    },
  );
  print(["", summaryOf(result, flags)]);
  if (flags.json) stdout.write(`${JSON.stringify(documentOf(result), null, 2)}\n`);
  return findingsOf(result).some(({ severity }) => severity === "error") ? 1 : 0;
}

type Standing = Severity | "ok" | "skipped";

const MARKS: Readonly<
  Record<Standing, { readonly sign: string; readonly word: string; readonly color: keyof Palette }>
> = {
  ok: { sign: "✔", word: "ok", color: "green" },
  warning: { sign: "⚠", word: "warn", color: "yellow" },
  error: { sign: "✗", word: "error", color: "red" },
  hint: { sign: "·", word: "hint", color: "faint" },
  skipped: { sign: "-", word: "skip", color: "faint" },
};

const BY_WEIGHT = ["error", "warning", "hint"] as const;

function standingOf({ look }: Examined): Standing {
  if (look.kind === "skipped") return "skipped";
  return BY_WEIGHT.find((severity) => look.findings.some((one) => one.severity === severity)) ?? "ok";
}

function linesOf(one: Examined, paint: Palette): readonly string[] {
  const { check, look } = one;
  const { sign, word, color } = MARKS[standingOf(one)];
  const mark = paint.enabled ? (paint[color] as (text: string) => string)(sign) : word.padEnd(5);
  const title = `${mark} ${check.title}`;
  if (look.kind === "skipped") return [`${title}: not looked at, ${look.because}`];
  return [
    title,
    ...look.findings.flatMap((finding) => [
      `  ${whereOf(finding)}${finding.message}`,
      ...(finding.remedy === undefined ? [] : [`  Remediation: ${finding.remedy}`]),
    ]),
    ...(look.notes ?? []).map((note) => paint.faint(`  ${note}`)),
  ];
}

function whereOf({ place }: Finding): string {
  if (place === undefined) return "";
  return `${place.line === undefined ? place.file : `${place.file}:${place.line}`} — `;
}

function findingsOf({ examined }: Report): readonly Finding[] {
  return examined.flatMap(({ look }) => (look.kind === "looked" ? look.findings : []));
}

function summaryOf(report: Report, flags: DoctorFlags): string {
  const findings = findingsOf(report);
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const parts = BY_WEIGHT.flatMap((severity) => (count(severity) === 0 ? [] : [counted(count(severity), severity)]));
  const onlyHints = count("error") + count("warning") === 0;
  if (report.fixed > 0) {
    const left = parts.length === 0 ? "" : ` ${parts.join(", ")} remaining.`;
    return `Fixed ${counted(report.fixed, "issue")}.${left}`;
  }
  if (onlyHints) return parts.length === 0 ? "no issues found" : `no issues found, ${parts.join(", ")}`;
  const isUseful = !flags.fix && findings.some(({ fixable }) => fixable === true);
  return `Found ${parts.join(", ")}.${isUseful ? ' Run "cog doctor --fix" to auto-fix.' : ""}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** As scripts read it; `error` is there when the exit code is 1, and is the first of the errors. */
function documentOf(report: Report) {
  const findings = findingsOf(report);
  const [first] = findings.filter(({ severity }) => severity === "error");
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const firstOf = report.examined.find(({ look }) => look.kind === "looked" && first && look.findings.includes(first));
  return {
    ...(first !== undefined && { error: { code: first.code ?? `doctor.${firstOf?.check.id}`, ...located(first) } }),
    errors: count("error"),
    warnings: count("warning"),
    hints: count("hint"),
    fixed: report.fixed,
    checks: report.examined.map((one) => ({
      id: one.check.id,
      group: one.check.group,
      title: one.check.title,
      status: standingOf(one),
      ...(one.look.kind === "skipped" && { because: one.look.because }),
      ...(one.look.kind === "looked" && { notes: one.look.notes ?? [] }),
      findings:
        one.look.kind === "skipped"
          ? []
          : one.look.findings.map((finding) => ({
              severity: finding.severity,
              ...located(finding),
              fixable: finding.fixable === true,
            })),
    })),
  };
}

function located({ message, place, remedy }: Finding) {
  return {
    message,
    ...(place !== undefined && { file: place.file }),
    ...(place?.line !== undefined && { line: place.line }),
    ...(place?.column !== undefined && { column: place.column }),
    ...(remedy !== undefined && { hint: remedy }),
  };
}
