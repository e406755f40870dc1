/** Fields that still work and have a better way now, in the order of the table of keys. */
import { CONFIG } from "./keys.ts";
import type { Finding } from "./problem.ts";
import type { MappingShape, WrittenConfig } from "./shape.ts";

export function deprecations(config: WrittenConfig): readonly Finding[] {
  return deprecatedIn(CONFIG, config, "");
}

function deprecatedIn({ keys }: MappingShape, values: unknown, parent: string): readonly Finding[] {
  if (typeof values !== "object" || values === null) return [];
  const written = new Map(Object.entries(values));
  return Object.entries(keys).flatMap(([name, { shape, replacedBy }]): readonly Finding[] => {
    const field = parent === "" ? name : `${parent}.${name}`;
    const value = written.get(name);
    if (shape.kind === "mapping") return deprecatedIn(shape, value, field);
    if (replacedBy === undefined || isEmpty(value)) return [];
    return [{ field, message: `deprecated field "${field}": use "${replacedBy}" instead` }];
  });
}

/** As good as not written. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
