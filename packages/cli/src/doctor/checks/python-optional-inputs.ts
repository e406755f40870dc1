import { type Check, looked } from "../finding.ts";
import { problemsOf } from "../model-problems.ts";
import { noModel } from "../unreadable.ts";

/** `T = Input(default=None)` works as `Optional[T]`, but readers and type checkers are told something else. */
export const pythonOptionalInputs: Check = {
  id: "python-optional-inputs",
  group: "Python",
  title: "Optional inputs say so",
  look(subject) {
    if (subject.interface === undefined) return noModel;
    const findings = problemsOf(subject, "optional");
    return looked(findings.map((one) => ({ ...one, remedy: `${one.remedy} 'cog migrate' writes it.` })));
  },
};
