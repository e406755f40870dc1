import { type Check, looked } from "../finding.ts";
import { problemsOf } from "../model-problems.ts";
import { noModel } from "../unreadable.ts";

/** What the model takes and gives can be read from its source: nothing is built or run without that. */
export const pythonInterface: Check = {
  id: "python-interface",
  group: "Python",
  title: "Inputs and output",
  look: (subject) => (subject.interface === undefined ? noModel : looked(problemsOf(subject, "interface"))),
};
