import { CogError } from "@cog/core/errors";
import { type Check, type Finding, looked } from "../finding.ts";
import { invalid, unreadable } from "../unreadable.ts";

const MOVED_BY_MIGRATE = new Set(["build.python_packages"]);

/** Keys and versions that have had their day; `predict` has a check, and a fix, of its own. */
export const configDeprecatedFields: Check = {
  id: "config-deprecated-fields",
  group: "Config",
  title: "Deprecated fields",
  look({ config }) {
    if (config instanceof CogError) return unreadable;
    if (config.parsed.config === undefined) return invalid;
    const old = config.parsed.warnings.filter(
      ({ kind, field }) => (kind === "deprecated" && field !== "predict") || kind === "end-of-life",
    );
    return looked(
      old.map(
        ({ message, place, field }): Finding => ({
          severity: "warning",
          message,
          place,
          remedy: MOVED_BY_MIGRATE.has(field)
            ? "Run 'cog migrate': it moves them into a requirements file."
            : undefined,
        }),
      ),
    );
  },
};
