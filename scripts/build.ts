/**
 * `npm run build`: everything in dist/ (ARCHITECTURE.md, "Built artifacts"). Only what changed is rewritten.
 */
import { renameSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { buildBundles } from "./build/bundles.ts";
import { writeNpmPackage } from "./build/npm-package.ts";
import { buildWheel } from "./build/wheel.ts";
import { dist, root } from "./repository.ts";
import { say } from "./say.ts";

/** File times come from a clock that ticks every few milliseconds, so an edit just after this moment may look older. */
const CLOCK_TICK_MS = 10;

const startedAt = Date.now() - CLOCK_TICK_MS;
const started = performance.now();
const bundles = await buildBundles();
say(`Bundled the CLI, the server and the page in ${seconds(started)}`);

const packing = performance.now();
const wheel = buildWheel(bundles);
const name = relative(root, wheel.path);
writeNpmPackage({ cli: bundles.cli, server: [...bundles.server, bundles.docs], wheel: wheel.path });
say(wheel.built ? `Packed ${name} in ${seconds(packing)}` : `${name} is up to date`);
stampBuilt();

/** Sources newer than the start of this build make ./cog build again (scripts/changed.sh). */
function stampBuilt(): void {
  const temporary = join(dist, `.built.${process.pid}`);
  writeFileSync(temporary, "");
  utimesSync(temporary, startedAt / 1000, startedAt / 1000);
  renameSync(temporary, join(dist, ".built"));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
