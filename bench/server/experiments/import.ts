/** P16: `import cog`, as an interpreter that imports it minus one that does nothing. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { median } from "../../question.ts";
import type { Contestant } from "../contestants.ts";
import type { Experiment } from "../experiment.ts";

const run = promisify(execFile);

export const importCog: Experiment = {
  subjects: [{ id: "P16", what: "import cog", unit: "ms", bars: [{ kind: "figure", atMost: 30 }] }],
  rounds: 3,
  measure: async (contestant, effort) => {
    const bare: number[] = [];
    const importing: number[] = [];
    for (let time = 0; time < effort(10, 5); time += 1) {
      bare.push(await elapsedMs(contestant, "pass"));
      importing.push(await elapsedMs(contestant, "import cog"));
    }
    return { P16: median(importing) - median(bare) };
  },
};

async function elapsedMs(contestant: Contestant, program: string): Promise<number> {
  const startedAt = performance.now();
  await run(contestant.python, ["-c", program], { env: contestant.env, cwd: "/" });
  return performance.now() - startedAt;
}
