/** A push as the engine itself does it. */
import { CogError } from "@cog/core/errors";
import { pushImage } from "#docker";
import type { PushContext } from "./context.ts";
import { explainRefusal } from "./failure.ts";

/** @returns the digest under which the registry has it */
export async function pushByEngine(
  name: string,
  { target, access, tool, signal, report }: PushContext,
): Promise<string> {
  const step = report.step(`Pushing to ${target.name}...`);
  try {
    const outcome = await pushImage(name, {
      tool,
      signal,
      plainHttp: access.plainHttp,
      onOutput: (text) => report.output(text),
      onProgress: ({ done, layers }) => step.update(`${done} of ${layers} layers`, done / layers),
    });
    if (outcome.ended === "refused") {
      const { credentialsFrom } = access;
      throw explainRefusal(outcome.why, outcome.said, { target, tool, credentialsFrom });
    }
    const { digest } = outcome;
    if (digest === undefined) {
      throw new CogError("push.no_digest", `${tool} pushed ${name}, but did not say its digest`);
    }
    step.done();
    return digest;
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
}
