/** Members of JSON from a file or a registry as what they have to be; whoever reads says how a mistake is told. */
import { isJsonObject, type Json, type JsonObject } from "@cog/core/json";
import { pathProblem } from "./safe-path.ts";

/** @param at where in the document, like `weights[0].files[1]`; "" at its root */
export class JsonMembers {
  readonly #wrong: (why: string) => Error;

  constructor(wrong: (why: string) => Error) {
    this.#wrong = wrong;
  }

  object(value: Json | undefined, at: string): JsonObject {
    if (isJsonObject(value)) return value;
    throw this.#wrong(`${at === "" ? "it" : at} must be an object`);
  }

  list(given: JsonObject, key: string, at: string): readonly Json[] {
    const value = given[key];
    if (Array.isArray(value)) return value;
    throw this.#wrong(`${member(at, key)} must be a list`);
  }

  text(given: JsonObject, key: string, at: string): string {
    const value = given[key];
    if (typeof value === "string") return value;
    throw this.#wrong(`${member(at, key)} must be a text`);
  }

  bytes(given: JsonObject, key: string, at: string): number {
    const value = given[key];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.#wrong(`${member(at, key)} must be a number of bytes`);
  }

  digest(given: JsonObject, key: string, at: string): string {
    const value = this.text(given, key, at);
    if (/^sha256:[0-9a-f]{64}$/.test(value)) return value;
    throw this.#wrong(`${member(at, key)} must be sha256: and 64 lower-case hexadecimal digits`);
  }

  /** Of a file within a weight. */
  path(given: JsonObject, key: string, at: string): string {
    const value = this.text(given, key, at);
    const problem = pathProblem(value);
    if (problem === undefined) return value;
    throw this.#wrong(`${member(at, key)} ${JSON.stringify(value)} cannot be used: ${problem}`);
  }
}

function member(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}
