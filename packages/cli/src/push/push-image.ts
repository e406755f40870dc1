/** The push itself, and what it is called afterwards. */
import { CogError } from "@cog/core/errors";
import { type ContainerTool, pushImage } from "#docker";
import type { Reporter } from "#report";
import type { Access } from "./access.ts";
import { explainRefusal } from "./failure.ts";
import type { PushTarget } from "./reference.ts";

export interface PushContext {
  readonly tool: ContainerTool;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

export interface Pushed {
  readonly digest: string;
  /** `REPOSITORY@DIGEST` */
  readonly reference: string;
}

export async function pushTo(
  target: PushTarget,
  access: Access,
  { tool, signal, report }: PushContext,
): Promise<Pushed> {
  const step = report.step(`Pushing to ${target.name}...`);
  try {
    const outcome = await pushImage(target.name, {
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
      throw new CogError("push.no_digest", `${tool} pushed ${target.name}, but did not say its digest`);
    }
    step.done();
    return { digest, reference: `${target.repositoryName}@${digest}` };
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
}
