/** Classes that are made by a call: `TypedDict("T", {"a": int})`, `Enum("E", {"A": "a"})`, as the statement they stand for. */
import type { ClassStatement, Expr, Statement } from "./syntax.ts";

/** What the values of the dictionary are in the class: types of fields, or values of members. */
const makers: Readonly<Record<string, "annotation" | "value">> = {
  TypedDict: "annotation",
  Enum: "value",
  StrEnum: "value",
  IntEnum: "value",
};

export function classMadeBy(expr: Expr): ClassStatement | undefined {
  if (expr.kind !== "call") return undefined;
  const { callee, args, keywords, at } = expr;
  const part = makers[callee.kind === "name" ? callee.id : callee.kind === "attribute" ? callee.name : ""];
  const [title, entries, ...others] = args;
  if (part === undefined || others.length > 0 || title?.kind !== "string" || entries?.kind !== "dict") return undefined;
  const name = title.parts.join("");
  const body = entries.entries.map(([key, value]): Statement | undefined => {
    if (key.kind !== "string" || key.parts.some((piece) => typeof piece !== "string")) return undefined;
    const empty = { annotation: undefined, value: undefined, operator: undefined };
    return { kind: "assign", target: key.parts.join(""), ...empty, [part]: value, at: key.at };
  });
  if (!body.every((statement) => statement !== undefined)) return undefined;
  return { kind: "class", name, bases: [callee], keywords, decorators: [], body, at };
}
