import { type Check, looked } from "../finding.ts";
import { problemsOf } from "../model-problems.ts";
import { noModel } from "../unreadable.ts";

/** What the model returns is written down. */
export const pythonMissingTypeAnnotations: Check = {
  id: "python-missing-type-annotations",
  group: "Python",
  title: "Type annotations",
  look: (subject) => (subject.interface === undefined ? noModel : looked(problemsOf(subject, "annotations"))),
};
