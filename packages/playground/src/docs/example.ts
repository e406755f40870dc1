/** An example request for a model: what it must be given, and its first choices, in one line of shell. Pure. */
import type { Json } from "@cog/core/json";
import type { Endpoint, InputField, InputType } from "@cog/core/schema";

/** @param url absolute address of the endpoint */
export function exampleRequest(url: string, endpoint: Endpoint): string {
  const body = JSON.stringify({ input: exampleInput(endpoint) });
  const lines = [
    `curl ${url}`,
    "-H 'Content-Type: application/json'",
    ...(endpoint.streaming ? ["-H 'Accept: text/event-stream'"] : []),
    `-d '${body.replaceAll("'", "'\\''")}'`,
  ];
  return lines.join(" \\\n  ");
}

/** The required inputs, or the first one when none is: enough for an answer. */
export function exampleInput({ inputs }: Endpoint): Record<string, Json> {
  const required = inputs.filter((field) => field.required);
  const shown = required.length > 0 ? required : inputs.slice(0, 1);
  return Object.fromEntries(shown.map((field) => [field.name, exampleValue(field)]));
}

function exampleValue(field: InputField): Json {
  const [choice] = field.choices ?? [];
  if (field.default !== undefined && field.default !== null) return field.default;
  if (choice !== undefined) return field.type.kind === "list" ? [choice] : choice;
  const isNumber = field.type.kind === "integer" || field.type.kind === "number";
  return isNumber ? (field.ge ?? field.le ?? 1) : anyValue(field.type);
}

function anyValue(type: InputType): Json {
  switch (type.kind) {
    case "string":
      return "text";
    case "secret":
      return "secret";
    case "path":
    case "file":
      return "https://example.com/file";
    case "integer":
    case "number":
      return 1;
    case "boolean":
      return true;
    case "object":
      return {};
    case "list":
      return [anyValue(type.items)];
    case "union":
      return type.members[0] === undefined ? null : anyValue(type.members[0]);
  }
}
