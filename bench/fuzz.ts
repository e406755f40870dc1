/** Whether 20 000 generated requests find a way to break our prediction server. The test of the same name, at length. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Answer, Options, Question } from "./question.ts";

export const fuzz: Question = {
  name: "fuzz",
  summary: "generated requests to our prediction server, from the working tree: crashes, hangs, internal errors",
  run,
};

const root = join(import.meta.dirname, "..");

async function run({ quick }: Options): Promise<Answer> {
  const requests = quick ? 2000 : 20_000;
  const child = spawn(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", "packages/server/src/http/fuzz.test.ts"],
    { cwd: root, env: { ...process.env, COG_FUZZ_REQUESTS: String(requests) }, stdio: ["ignore", 2, 2] },
  );
  const [code] = await once(child, "exit");
  return {
    notes: ["the counterexample, where there is one, is printed above"],
    rows: [
      {
        id: "F1",
        what: `properties broken by ${requests + requests / 4} requests`,
        unit: "",
        bars: [{ kind: "figure", atMost: 0 }],
        samples: { reference: [], ours: [code === 0 ? 0 : 1] },
      },
    ],
  };
}
