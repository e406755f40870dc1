/** `@streaming` and `@concurrent`. */
import type { OutputType } from "@cog/core/schema";
import type { Context } from "./context.ts";
import { type CallExpr, type Expr, show } from "./syntax.ts";
import type { Target } from "./target.ts";

export function readStreaming(context: Context, target: Target, output: OutputType | undefined): boolean {
  const decorator = find(context, target, "streaming");
  if (!decorator) return false;
  if (output && output.kind !== "iterator") {
    const message = "@streaming needs an iterator as return type";
    context.problem(
      "schema.streaming",
      target.module,
      decorator.at,
      message,
      "Return Iterator[…] or ConcatenateIterator[str].",
    );
  }
  return true;
}

/** The number of predictions at once; null without the decorator. */
export function readConcurrency(context: Context, target: Target): number | null {
  const decorator = find(context, target, "concurrent");
  if (!decorator) return null;
  const refuse = (message: string, hint = "Write @concurrent(max=4)."): null => {
    context.problem("schema.concurrent", target.module, decorator.at, message, hint);
    return null;
  };
  if (decorator.kind !== "call") return 1;
  const max = maxOf(decorator);
  if (max === undefined) return 1;
  if (max === "wrong") return refuse("@concurrent takes only max=");
  const value = max.kind === "number" || max.kind === "unary" ? context.evaluate(target.module, max) : undefined;
  if (value?.kind !== "int") return refuse(`@concurrent: max=${show(max)} is not a literal integer`);
  if (value.value < 1n) return refuse("@concurrent: max must be at least 1");
  if (value.value > 1n && !target.function.async) {
    return refuse(
      "@concurrent with max above 1 needs an async function",
      `Write \`async def ${target.function.name}\`.`,
    );
  }
  return Number(value.value);
}

function maxOf(call: CallExpr): Expr | "wrong" | undefined {
  const [keyword, ...others] = call.keywords;
  if (call.args.length > 0 || others.length > 0) return "wrong";
  if (!keyword) return undefined;
  return keyword.name === "max" ? keyword.value : "wrong";
}

/** The decorator of that name, if it is Cog's. */
function find(context: Context, { module, function: method }: Target, name: string): Expr | undefined {
  return method.decorators.find((decorator) => {
    const entity = context.names.resolve(module, decorator.kind === "call" ? decorator.callee : decorator);
    return entity?.kind === "external" && entity.name === name && entity.origin.split(".")[0] === "cog";
  });
}
