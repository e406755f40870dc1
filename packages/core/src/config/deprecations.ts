/** Fields that still work and have a better name now. */
import type { Finding } from "./problem.ts";
import type { WrittenConfig } from "./shape.ts";

interface Deprecation {
  readonly field: string;
  readonly replacement: string;
  readonly isUsed: (config: WrittenConfig) => boolean;
}

export const DEPRECATIONS: readonly Deprecation[] = [
  { field: "predict", replacement: "run", isUsed: ({ predict }) => Boolean(predict) },
  {
    field: "concurrency.max",
    replacement: "@cog.concurrent(max=...)",
    isUsed: ({ concurrency }) => concurrency?.max !== undefined,
  },
  {
    field: "build.python_packages",
    replacement: "build.python_requirements",
    isUsed: ({ build }) => Boolean(build?.python_packages?.length),
  },
  { field: "build.pre_install", replacement: "build.run", isUsed: ({ build }) => Boolean(build?.pre_install?.length) },
];

export function deprecations(config: WrittenConfig): readonly Finding[] {
  return DEPRECATIONS.filter(({ isUsed }) => isUsed(config)).map(({ field, replacement }) => ({
    field,
    message: `deprecated field "${field}": use "${replacement}" instead`,
  }));
}
