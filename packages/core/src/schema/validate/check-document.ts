/** The last look at a finished document, ours or one that the user gives: would a server be able to use it? */

import { messageOf } from "@cog/core/errors";
import { isJsonObject, type Json, type JsonObject, jsonText } from "@cog/core/json";
import { componentsOf, propertiesOf } from "../document/references.ts";
import { type Component, compileCheck } from "./check.ts";
import { patternCompiler } from "./pattern.ts";
import { isPlainlyValid } from "./plainly-valid.ts";
import type { Violation } from "./violation.ts";

export interface DocumentProblem {
  /** The input it is about; absent when it is about the whole document. */
  readonly input?: string;
  readonly component?: Component;
  readonly message: string;
}

/** Every problem; none means the document is fine. `format` is not checked: a relative path may be a file's default. */
export async function checkDocument(document: JsonObject): Promise<readonly DocumentProblem[]> {
  const problems = checkFrame(document);
  if (problems.length > 0) return problems;
  const components = (["Input", "TrainingInput"] as const).filter((name) =>
    Object.hasOwn(componentsOf(document), name),
  );
  const perComponent = await Promise.all(components.map((component) => checkComponent(document, component)));
  return perComponent.flatMap((problems, index) =>
    problems.map((problem) => withComponent(problem, components[index])),
  );
}

function withComponent(problem: DocumentProblem, component: Component | undefined): DocumentProblem {
  return component ? { ...problem, component } : problem;
}

function checkFrame(document: JsonObject): readonly DocumentProblem[] {
  const version = document["openapi"];
  if (typeof version !== "string" || !version.startsWith("3.")) {
    return [{ message: 'it is not an OpenAPI 3 document: "openapi" is not a version 3' }];
  }
  const parts = ["info", "paths", "components"].filter((part) => !isJsonObject(document[part]));
  return parts.map((part) => ({ message: `"${part}" is missing, or not an object` }));
}

async function checkComponent(document: JsonObject, component: Component): Promise<readonly DocumentProblem[]> {
  const patterns = await checkPatterns(componentsOf(document)[component] ?? {});
  if (patterns.length > 0) return patterns;
  const doubtful = Object.entries(propertiesOf(document, component) ?? {}).flatMap(([input, property]) => {
    const value = property["default"];
    if (value === undefined || (value === null && property["nullable"] === true)) return [];
    return isPlainlyValid(value, property) ? [] : [{ input, value }];
  });
  if (doubtful.length === 0) return [];
  const check = await compileCheck(document, component);
  return doubtful.flatMap(({ input, value }) => {
    return check.values({ [input]: value }).map((violation) => ({
      input,
      message: `input "${input}": default ${jsonText(value)} ${reason(violation)}`,
    }));
  });
}

function reason(violation: Violation): string {
  switch (violation.rule) {
    case "type":
      return `is not of type ${violation.expected}`;
    case "minimum":
      return `is less than the minimum ${violation.limit}`;
    case "maximum":
      return `is greater than the maximum ${violation.limit}`;
    case "minLength":
      return `is shorter than ${violation.limit}`;
    case "maxLength":
      return `is longer than ${violation.limit}`;
    case "pattern":
      return `does not match the pattern ${violation.pattern}`;
    case "choices":
      return `is not one of the choices ${jsonText(violation.choices)}`;
    case "union":
      return "is of none of the union's types";
    case "url":
    case "missing":
      return "is missing"; // cannot be: a default is there, and defaults may be local paths
  }
}

async function checkPatterns(component: Json): Promise<readonly DocumentProblem[]> {
  const properties = isJsonObject(component) ? component["properties"] : undefined;
  const patterns = Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([input, property]) => {
    const pattern = isJsonObject(property) ? property["pattern"] : undefined;
    return typeof pattern === "string" ? [{ input, pattern }] : [];
  });
  if (patterns.length === 0) return [];
  const compile = await patternCompiler();
  return patterns.flatMap(({ input, pattern }) => {
    try {
      compile(pattern);
      return [];
    } catch (error) {
      const why = messageOf(error);
      return [{ input, message: `input "${input}": ${why}` }];
    }
  });
}
