import { CogError } from "@cog/core/errors";
import { type Check, findingsOf, looked } from "../finding.ts";

/** cog.yaml is there, and it is YAML. */
export const configParse: Check = {
  id: "config-parse",
  group: "Config",
  title: "Config parsing",
  look({ config }) {
    if (config instanceof CogError) return looked(findingsOf(config));
    return looked(
      config.parsed.problems
        .filter(({ field }) => field === "")
        .map(({ message, place }) => ({
          severity: "error",
          code: "config.syntax",
          message,
          place,
          remedy: "Correct it there: nothing else is looked at before.",
        })),
    );
  },
};
