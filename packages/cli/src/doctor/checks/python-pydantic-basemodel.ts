import { join } from "node:path";
import { CogError } from "@cog/core/errors";
import { type Check, type Finding, looked } from "../finding.ts";
import { pydanticModels, toCogModels } from "../pydantic-models.ts";
import { unreadable } from "../unreadable.ts";

/** `arbitrary_types_allowed` was how an output could hold a Path; `cog.BaseModel` holds one as it is. */
export const pythonPydanticBasemodel: Check = {
  id: "python-pydantic-basemodel",
  group: "Python",
  title: "Pydantic BaseModel workaround",
  look: (subject) =>
    subject.config instanceof CogError
      ? unreadable
      : looked(
          subject.pythonFiles(/pydantic/).flatMap((file) => {
            const edits = toCogModels(file);
            const mended = typeof edits === "string" ? { remedy: edits } : { fixable: true as const };
            return pydanticModels(file).map(
              ({ name, node }): Finding => ({
                severity: "error",
                message: `class "${name}" is a pydantic.BaseModel with arbitrary_types_allowed; use cog.BaseModel`,
                place: file.placeOf(node),
                ...mended,
              }),
            );
          }),
        ),
  fix(subject) {
    for (const file of subject.pythonFiles(/pydantic/)) {
      const edits = pydanticModels(file).length === 0 ? "nothing to do" : toCogModels(file);
      const text = typeof edits === "string" ? undefined : file.edited(edits);
      if (text !== undefined) subject.draft.write(join(subject.directory, file.path), text);
    }
  },
};
