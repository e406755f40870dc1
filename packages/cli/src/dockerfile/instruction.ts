/**
 * Dockerfile instructions as data, and their text. Only what Docker Engine 20.10, newer engines and buildah all
 * understand: no `# syntax=`, heredoc, `COPY --link`, `COPY --exclude`, `ADD --checksum`, `RUN --network`.
 */
import type { Variable } from "#plan";

export type Instruction =
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "arg"; readonly name: string; readonly value: string }
  | { readonly kind: "from"; readonly image: string; readonly as?: string }
  | { readonly kind: "env"; readonly variables: readonly Variable[] }
  | { readonly kind: "run"; readonly mounts: readonly Mount[]; readonly command: string; readonly origin: Origin }
  | { readonly kind: "workdir"; readonly path: string }
  | { readonly kind: "expose"; readonly port: number }
  | { readonly kind: "label"; readonly name: string; readonly value: string }
  | { readonly kind: "user"; readonly user: string }
  | { readonly kind: "entrypoint"; readonly command: readonly string[] }
  | { readonly kind: "cmd"; readonly command: readonly string[] }
  | { readonly kind: "copy"; readonly from?: string; readonly source: string; readonly target: string };

export type Mount =
  | { readonly type: "cache"; readonly id: string; readonly target: string; readonly sharing?: "locked" }
  | { readonly type: "bind"; readonly from?: string; readonly source: string; readonly target: string }
  | { readonly type: "secret"; readonly id: string; readonly target: string };

/** A folder of the context's `build/`, shown to a step while it runs. /mnt exists in every base. */
export function staged(folder: string): Mount {
  return { type: "bind", source: `build/${folder}`, target: "/mnt" };
}

/** Where in cog.yaml a step comes from (`["build", "run", 2]`), or what of ours it does. */
export type Origin =
  | {
      readonly kind: "config";
      readonly path: readonly (string | number)[];
      /** Why the step fails when it does, where there is but one reason. */
      readonly failure?: string;
    }
  | { readonly kind: "cog"; readonly what: string };

export function instructionText(instruction: Instruction): string {
  switch (instruction.kind) {
    case "comment":
      return `# ${instruction.text}`;
    case "arg":
      return `ARG ${instruction.name}=${quote(instruction.value)}`;
    case "from":
      return `FROM ${instruction.image}${instruction.as === undefined ? "" : ` AS ${instruction.as}`}`;
    case "env":
      return `ENV ${instruction.variables.map(({ name, value }) => `${name}=${quote(value)}`).join(" ")}`;
    case "run":
      return ["RUN", ...instruction.mounts.map(mountText), instruction.command].join(" ");
    case "workdir":
      return `WORKDIR ${instruction.path}`;
    case "expose":
      return `EXPOSE ${instruction.port}`;
    case "label":
      return continued(`LABEL ${instruction.name}=${quote(instruction.value)}`);
    case "user":
      return `USER ${quote(instruction.user)}`;
    case "entrypoint":
      return `ENTRYPOINT ${JSON.stringify(instruction.command)}`;
    case "cmd":
      return `CMD ${JSON.stringify(instruction.command)}`;
    case "copy":
      return `COPY ${instruction.from === undefined ? "" : `--from=${instruction.from} `}${instruction.source} ${instruction.target}`;
  }
}

function mountText(mount: Mount): string {
  const fields = Object.entries(mount).map(([key, value]) => `${key}=${value}`);
  return `--mount=${fields.join(",")}`;
}

/** A double-quoted word in which nothing is expanded. */
export function quote(value: string): string {
  return `"${value.replaceAll(/[\\"$]/g, "\\$&")}"`;
}

/** Builders refuse lines of 64 KiB and more; in bytes that is at least a quarter of as many characters. */
const LONGEST_LINE = 15_000;

/** Breaks a long line where the next one neither loses leading space nor looks like a comment, and no escape is torn. */
function continued(text: string): string {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > LONGEST_LINE) {
    let at = LONGEST_LINE;
    while (at > 1 && (rest[at - 1] === "\\" || /[\s#\uDC00-\uDFFF]/.test(rest[at] ?? ""))) at--;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...lines, rest].join("\\\n");
}
