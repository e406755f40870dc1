/** `concurrency`: how many predictions run at once. */
import { type Finding, invalid } from "../problem.ts";
import type { Rule } from "./rule.ts";

const LEAST = { max: 1, queue: 0, workers: 1 } as const;
/** The first Python whose asyncio can do it. */
const CONCURRENT_PYTHON = 11;

export const concurrencyRules: readonly Rule[] = [
  ({ concurrency }) =>
    concurrency !== undefined && Object.keys(concurrency).length === 0
      ? [{ field: "concurrency", message: 'schema error in "concurrency": max is required' }]
      : [],
  ({ concurrency = {} }) =>
    Object.entries(LEAST).flatMap(([key, least]): readonly Finding[] => {
      const value = concurrency[key as keyof typeof LEAST];
      const field = `concurrency.${key}`;
      return value !== undefined && value < least ? [invalid(field, String(value), `must be at least ${least}`)] : [];
    }),
  ({ concurrency = {}, build }) => {
    const minor = Number(build?.python_version?.split(".")[1] ?? CONCURRENT_PYTHON);
    return (concurrency.max ?? 1) > 1 && minor < CONCURRENT_PYTHON
      ? [
          invalid(
            "concurrency.max",
            String(concurrency.max),
            `needs Python 3.${CONCURRENT_PYTHON} or newer when above 1`,
          ),
        ]
      : [];
  },
];
