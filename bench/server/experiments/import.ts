/**
 * P16: `import cog`, as an interpreter that imports it minus one that does nothing. Names that are loaded when first
 * used cost nothing in that, so the line with which models begin is measured too.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { median } from "../../question.ts";
import type { Contestant } from "../contestants.ts";
import type { Experiment } from "../experiment.ts";

const run = promisify(execFile);

export const importCog: Experiment = {
  subjects: [
    { id: "P16a", what: "import cog", unit: "ms", bars: [{ kind: "figure", atMost: 30 }] },
    { id: "P16b", what: "from cog import BaseRunner, Input, Path", unit: "ms", bars: [{ kind: "figure", atMost: 30 }] },
  ],
  rounds: 3,
  measure: async (contestant, effort) => {
    const bare: number[] = [];
    const module: number[] = [];
    const names: number[] = [];
    for (let time = 0; time < effort(10, 5); time += 1) {
      bare.push(await elapsedMs(contestant, "pass"));
      module.push(await elapsedMs(contestant, "import cog"));
      names.push(await elapsedMs(contestant, "from cog import BaseRunner, Input, Path"));
    }
    const nothing = median(bare);
    return { P16a: median(module) - nothing, P16b: median(names) - nothing };
  },
};

async function elapsedMs(contestant: Contestant, program: string): Promise<number> {
  const startedAt = performance.now();
  await run(contestant.python, ["-c", program], { env: contestant.env, cwd: "/" });
  return performance.now() - startedAt;
}
