import { CogError } from "@cog/core/errors";
import { type Check, looked } from "../finding.ts";
import { problemsOf } from "../model-problems.ts";
import { invalid, noModel } from "../unreadable.ts";

/** The file and the class or function that cog.yaml names are there. */
export const configPredictRef: Check = {
  id: "config-predict-ref",
  group: "Config",
  title: "Model reference",
  look(subject) {
    if (subject.config instanceof CogError || subject.config.parsed.config === undefined) return invalid;
    if (subject.interface === undefined) return noModel;
    return looked(problemsOf(subject, "reference"));
  },
};
