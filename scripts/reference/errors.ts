/** docs/reference/errors.md, from the table of codes. */
import { ENGINE_ERROR_CODES, ENGINES_WITH_CODES, ERROR_CODES } from "@cog/core/errors";

const HEAD = `<!-- Written by \`npm run reference\` from the table of codes in packages/core/src/errors/codes.ts. -->

# Errors

With \`--json\`, a command that fails prints an object on stdout besides what it says on stderr; its exit code is the same.

\`\`\`json
{"error":{"code":"config.not_found","message":"cog.yaml not found in /home/ada (or in any parent directories)","hint":"Run 'cog init' to create one"}}
\`\`\`

\`code\` is one of these, and stays what it is in later versions. \`file\` and \`line\` are there where the error has a place, \`hint\` where
there is something to do next. Of several mistakes \`message\` has a line each. \`cog doctor --json\` has the first error in \`error\`;
what no other command would fail of has the code \`doctor.CHECK\`, with the id of its check.

| Code | Meaning |
|---|---|
`;

export function errorsPage(): string {
  const rows = Object.entries<string>(ERROR_CODES).map(row);
  const engines = Object.entries<string>(ENGINE_ERROR_CODES).map(([code, meaning]) => row([`docker.${code}`, meaning]));
  const others = ENGINES_WITH_CODES.slice(1).map((name) => `\`${name}\``);
  return `${HEAD}${rows.join("")}
## When no engine answers

The same with ${others.join(" or ")} in place of \`docker\`.

| Code | Meaning |
|---|---|
${engines.join("")}`;
}

function row([code, meaning]: readonly [string, string]): string {
  return `| \`${code}\` | ${meaning} |\n`;
}
