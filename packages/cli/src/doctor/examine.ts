/** The story of `cog doctor`: look, mend in a draft, write it, look again. */
import { Draft } from "./draft.ts";
import type { Check, Finding, Look } from "./finding.ts";
import { checks } from "./list.ts";
import { openSubject, type Surroundings } from "./subject.ts";

export interface Examined {
  readonly check: Check;
  readonly look: Look;
}

export interface Report {
  readonly examined: readonly Examined[];
  /** How many findings are gone. */
  readonly fixed: number;
}

export async function examine(
  surroundings: Surroundings,
  { fix, onExamined }: { readonly fix: boolean; readonly onExamined: (one: Examined) => void },
): Promise<Report> {
  const fixed = fix ? await mend(surroundings) : 0;
  const subject = await openSubject(surroundings, new Draft());
  const examined: Examined[] = [];
  for (const check of checks) {
    const one = { check, look: await check.look(subject) };
    surroundings.signal.throwIfAborted();
    examined.push(one);
    onExamined(one);
  }
  return { examined, fixed };
}

/** Each fix sees the project as the fixes before it leave it. Returns how many findings are gone. */
async function mend(surroundings: Surroundings): Promise<number> {
  const draft = new Draft();
  let fixed = 0;
  for (const check of checks) {
    if (check.fix === undefined) continue;
    const before = fixable(await check.look(await openSubject(surroundings, draft)));
    if (before.length === 0) continue;
    check.fix(await openSubject(surroundings, draft));
    fixed += before.length - fixable(await check.look(await openSubject(surroundings, draft))).length;
  }
  surroundings.signal.throwIfAborted();
  draft.commit();
  return fixed;
}

function fixable(look: Look): readonly Finding[] {
  return look.kind === "looked" ? look.findings.filter((one) => one.fixable === true) : [];
}
