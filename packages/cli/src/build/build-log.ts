import { withoutCredentials } from "@cog/core/redact";
import { withoutPreamble } from "#dockerfile";

/** Passes a builder's log on line by line: without what every step of ours starts with, and without secrets in URLs. */
export function buildLog(write: (text: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) write(`${withoutCredentials(withoutPreamble(line))}\n`);
  };
}
