/** A request as something to type elsewhere. Pure. */
import { isJsonObject, type Json, jsonText, parseJson } from "@cog/core/json";
import type { Sent } from "#state";

export interface Recipe {
  readonly name: "curl" | "cog run" | "Python";
  readonly text: string;
}

export function recipesFor(request: Sent, target: string): readonly Recipe[] {
  return [
    { name: "curl", text: curl(request, target) },
    { name: "cog run", text: cogRun(request) },
    { name: "Python", text: python(request, target) },
  ];
}

function curl({ method, path, headers, body }: Sent, target: string): string {
  const parts = [
    `curl -X ${method} ${quoted(`${target}${path}`)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `-d ${quoted(jsonText(parseJson(body)))}`,
  ];
  return parts.join(" \\\n  ");
}

function cogRun({ path, body }: Sent): string {
  return `cog ${path.startsWith("/trainings") ? "train" : "run"} --json ${quoted(jsonText(inputOf(body)))}`;
}

/** With the standard library: a JSON text is a string of Python's, too. */
function python({ method, path, headers, body }: Sent, target: string): string {
  const text = JSON.stringify(jsonText(parseJson(body)));
  return `from urllib.request import Request, urlopen

request = Request(
    ${JSON.stringify(`${target}${path}`)},
    method=${JSON.stringify(method)},
    headers=${JSON.stringify(headers)},
    data=${text}.encode(),
)
with urlopen(request) as response:
    for line in response:
        print(line.decode(), end="")
`;
}

function inputOf(body: string): Json {
  const request = parseJson(body);
  return isJsonObject(request) ? (request["input"] ?? {}) : {};
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
