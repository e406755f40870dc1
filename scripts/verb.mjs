/**
 * What the npm verbs run: `node scripts/verb.mjs build|check|test|e2e|bench|reference`. Plain JavaScript without
 * dependencies, because on a fresh clone its first task is to install them (scripts/prepare.sh).
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What each verb needs before it can start: the installed packages, or dist/ too. */
const VERBS = {
  build: { script: "./build.ts", needs: "install" },
  check: { script: "./check.ts", needs: "install" },
  test: { script: "./test.ts", needs: "build" },
  e2e: { script: "../e2e/main.ts", needs: "build" },
  bench: { script: "../bench/main.ts", needs: "build" },
  reference: { script: "./reference.ts", needs: "install" },
  tables: { script: "./tables.ts", needs: "install" },
};

const verb = VERBS[process.argv[2]];
if (verb === undefined) {
  console.error(`usage: node scripts/verb.mjs ${Object.keys(VERBS).join("|")}`);
  process.exit(2);
}

// prepare.sh itself builds by this verb.
if (!process.env.COG_PREPARING) {
  const prepare = fileURLToPath(new URL("prepare.sh", import.meta.url));
  const { status } = spawnSync("sh", [prepare, verb.needs], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

process.argv.splice(2, 1);
const { register } = await import("tsx/esm/api");
register();
try {
  await import(verb.script);
} catch (error) {
  console.error(process.env.DEBUG ? error : error.message);
  process.exitCode = 1;
}
