/**
 * `npm run bench`: one question a file, answered by measuring. Prints a table, or one JSON document with --json.
 *
 * A bar is a promise of ours; a missed one is printed, and does not fail the run: measuring is not judging.
 */
import { parseArgs } from "node:util";
import { build } from "./build.ts";
import { cli } from "./cli.ts";
import { clone } from "./clone.ts";
import { fuzz } from "./fuzz.ts";
import { peers } from "./peers.ts";
import { push } from "./push.ts";
import type { Options, Question } from "./question.ts";
import { queue } from "./queue.ts";
import { asJson, asTable } from "./report.ts";
import { server } from "./server.ts";
import { soak } from "./soak.ts";

const questions: readonly Question[] = [server, soak, fuzz, peers, cli, build, push, queue, clone];

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    side: { type: "string" },
    source: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});

process.exitCode = await main(positionals);

async function main([name, ...ids]: readonly string[]): Promise<number> {
  const question = questions.find((candidate) => candidate.name === name);
  if (question === undefined) return usage(name);
  const side = flags.side;
  if (side !== undefined && side !== "ours" && side !== "reference") {
    console.error(`--side is ${side}, expected ours or reference.`);
    return 2;
  }
  const options: Options = {
    quick: flags.quick,
    source: flags.source,
    wants: (id) => ids.length === 0 || ids.some((wanted) => isNamed(id, wanted)),
    say: (line) => console.error(line),
    ...(side === undefined ? {} : { side }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  };
  const answer = await question.run(options);
  console.log(flags.json ? asJson(question.name, answer) : asTable(answer));
  return 0;
}

/** `P6` names P6a and P6b too, and `p6` does as well; but not P60. */
function isNamed(id: string, wanted: string): boolean {
  return [id, id.replace(/(?<=\d)[a-z]$/, "")].some((name) => name.toLowerCase() === wanted.toLowerCase());
}

function usage(name: string | undefined): number {
  const list = questions.map((question) => `  ${question.name.padEnd(8)} ${question.summary}`).join("\n");
  if (name !== undefined) console.error(`There is no question named ${name}.`);
  console.error(`npm run bench -- <question> [id …] [flags]

${list}

  id …            only these rows, for example P1 P6
  --quick         fewer requests and rounds: a look, not a figure to publish
  --json          one JSON document on stdout, every sample in it
  --side SIDE     only ours, or only the reference
  --source        ours from python/src and dist/server.mjs instead of the wheel
  --profile DIR   write a CPU profile of our server's Node there, one file a process`);
  return name === undefined ? 0 : 2;
}
