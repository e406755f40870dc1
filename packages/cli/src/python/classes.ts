/** What a class has from its own body and those of its bases. */
import type { Context } from "./context.ts";
import type { ClassIn } from "./enums.ts";
import type { Module } from "./modules.ts";
import type { Expr } from "./syntax.ts";

/** The class and its bases in the order in which Python looks for attributes (left to right, depth first). */
export function lineage(context: Context, owner: ClassIn, seen: readonly ClassIn["node"][] = []): readonly ClassIn[] {
  if (seen.includes(owner.node)) return [];
  const bases = owner.node.bases.flatMap((base) => {
    const entity = context.names.resolve(owner.module, base);
    return entity?.kind === "class" ? lineage(context, entity, [...seen, owner.node]) : [];
  });
  return [owner, ...bases];
}

/** What is assigned to the attribute, and the file where that stands. */
export function attributeOf(
  context: Context,
  owner: ClassIn,
  name: string,
): { readonly module: Module; readonly expr: Expr } | undefined {
  for (const { module, node } of lineage(context, owner)) {
    const assigned = node.body.findLast((part) => part.kind === "assign" && part.target === name);
    if (assigned?.kind === "assign" && assigned.value) return { module, expr: assigned.value };
  }
  return undefined;
}
