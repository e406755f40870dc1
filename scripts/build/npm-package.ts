/** `npm pack ./dist`: the command line as one package that needs no other. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { at, dist } from "../repository.ts";
import { npmVersion } from "./version.ts";
import { writeIfChanged } from "./write.ts";

interface Contents {
  readonly cli: readonly string[];
  /** For `cog gateway`, which needs no Python. */
  readonly server: readonly string[];
  /** With the SDK and the server, which the command line carries. */
  readonly wheel: string;
}

/** dist/ becomes the package's folder; files of earlier builds that lie there are not in it. */
export function writeNpmPackage({ cli, server, wheel }: Contents): void {
  const { license, engines } = JSON.parse(readFileSync(at("package.json"), "utf8")) as Record<string, unknown>;
  const manifest = {
    name: "@cog/cli",
    version: npmVersion(),
    description: "Packages a machine-learning model as a program that runs anywhere",
    license,
    engines,
    bin: { cog: "cli/main.cjs" },
    files: [...cli, ...server, wheel].map((path) => relative(dist, path)).sort(),
  };
  writeIfChanged(join(dist, "package.json"), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  writeIfChanged(join(dist, "LICENSE"), readFileSync(at("LICENSE")));
  writeIfChanged(join(dist, "README.md"), Buffer.from(README));
}

const README = `# cog

Packages a machine-learning model as a program that runs anywhere: on the command line, as an HTTP server, as a container
image. \`cog init\` makes starter files, \`cog help\` lists the commands.
`;
