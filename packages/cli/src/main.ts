/** `cog`: what every other word needs is loaded when it is typed; the version alone needs next to nothing. */
import { builtAt, version } from "@cog/core/version";

const argv = process.argv.slice(2);
if (argv.length === 1 && argv[0] === "--version") {
  process.stdout.write(`cog version ${version} (built ${builtAt})\n`);
} else {
  void import("#commands").then(({ main }) => main(argv));
}
