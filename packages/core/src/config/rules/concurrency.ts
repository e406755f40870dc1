/** `concurrency`: how many predictions run at once. */
import { invalid } from "../problem.ts";
import type { Rule } from "./rule.ts";

/** The first Python whose asyncio can do it. */
const CONCURRENT_PYTHON = 11;

export const concurrencyRules: readonly Rule[] = [
  ({ concurrency }) =>
    concurrency !== undefined && Object.keys(concurrency).length === 0
      ? [{ field: "concurrency", message: 'schema error in "concurrency": max is required' }]
      : [],
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
