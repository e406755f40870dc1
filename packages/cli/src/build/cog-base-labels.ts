import { messageOf, UserError } from "@cog/core/errors";
import { inspectImage, pullImage } from "#docker";
import type { BaseImage } from "#plan";
import type { BuildContext } from "./context.ts";

/**
 * Images on one of Cog's own say which it is and where its layers end. What was asked for by a flag must be there:
 * nothing else is used in its place.
 */
export async function cogBaseLabels(
  { image, isCogBase }: BaseImage,
  context: BuildContext,
): Promise<Record<string, string>> {
  if (isCogBase !== true) return {};
  const found = (await inspectImage(image, context)) ?? (await pulled(image, context));
  return {
    "run.cog.cog-base-image-name": image,
    "run.cog.cog-base-image-last-layer-sha": found?.layers.at(-1) ?? "",
    "run.cog.cog-base-image-last-layer-idx": String((found?.layers.length ?? 0) - 1),
  };
}

async function pulled(image: string, context: BuildContext) {
  const { report, signal } = context;
  try {
    await pullImage(image, { ...context, onOutput: (text) => report.output(text) });
  } catch (error) {
    signal.throwIfAborted();
    const reason = messageOf(error);
    throw new UserError("base.cog", `Could not find a suitable base image: ${reason}`, {
      hint: "Leave --use-cog-base-image out, or name an image: --base-image REF.",
      cause: error,
    });
  }
  return await inspectImage(image, context);
}
