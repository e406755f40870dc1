/** An image of this machine to a registry: directly when that is wished and can be, else by the engine. */
import { messageOf } from "@cog/core/errors";
import { removeImage, tagImage } from "#docker";
import { RegistryError } from "#registry";
import type { PushContext } from "./context.ts";
import { pushDirectly } from "./direct-push.ts";
import { pushByEngine } from "./engine-push.ts";
import { explainRefusal } from "./failure.ts";

export interface Pushed {
  readonly digest: string;
  /** `REPOSITORY@DIGEST` */
  readonly reference: string;
}

/** The image that was built as the target, under the target's name. */
export async function pushTo(context: PushContext): Promise<Pushed> {
  const { target } = context;
  const digest = await pushAs(target.name, target.tag ?? "latest", context);
  return { digest, reference: `${target.repositoryName}@${digest}` };
}

/** @param name of the target's repository, with this tag; taken away from this machine if it is not the target's own */
export async function pushAs(name: string, tag: string, context: PushContext): Promise<string> {
  const { target, report, tool, signal } = context;
  const digest = await tryDirectly(tag, context);
  if (digest !== undefined) return digest;
  if (name === target.name) return await pushByEngine(name, context);
  await tagImage(target.name, name, { tool, signal });
  try {
    return await pushByEngine(name, context);
  } finally {
    await removeImage(name, { tool }).catch((error: unknown) => report.debug(`${name} stays here: ${error}`));
  }
}

/** Undefined when it is not wished, or does not work but might with the engine. */
async function tryDirectly(tag: string, context: PushContext): Promise<string | undefined> {
  const { direct, access, target, tool, signal, report } = context;
  if (direct === undefined) return undefined;
  const { registry, credentialsFrom } = access;
  const fallBack = (why: string) => report.warn(`OCI chunked push failed, falling back to Docker push: ${why}`);
  if (registry === undefined) {
    fallBack(`${target.host} cannot be reached but by ${tool}`);
    return undefined;
  }
  report.info(`Pushing to ${target.name}...`);
  try {
    return (await pushDirectly({ image: target.name, tag, registry, direct }, context)).digest;
  } catch (error) {
    signal.throwIfAborted();
    const isRefused =
      error instanceof RegistryError && (error.failure === "unauthorized" || error.failure === "denied");
    if (isRefused) throw explainRefusal(error.failure, error.message, { target, tool, credentialsFrom });
    fallBack(messageOf(error));
    return undefined;
  }
}
