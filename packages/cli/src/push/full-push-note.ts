/** After a push of a whole image: what there is to know of it when next its code alone is pushed. */
import type { Registry } from "#registry";
import type { Platform } from "./bundle.ts";
import { diffIdsOf } from "./code-image.ts";
import type { LastPush } from "./last-push.ts";
import { configText, imageIn, manifestText } from "./read-image.ts";
import type { PushTarget } from "./reference.ts";

export interface FullPush {
  readonly target: PushTarget;
  readonly registry: Registry;
  readonly platform: Platform;
  /** Of what is under the tag. */
  readonly digest: string;
  readonly environment: { readonly digest: string; readonly parts: Readonly<Record<string, string>> };
  readonly codeDigest: string | undefined;
  readonly signal: AbortSignal;
}

/** Read from the registry, as anybody would. */
export async function noteFullPush(push: FullPush): Promise<LastPush> {
  const { target, registry, digest, environment, codeDigest, platform, signal } = push;
  const place = { registry, repository: target.repository, signal };
  const top = await manifestText(digest, place);
  const inIndex = imageIn(top, platform);
  const manifest = inIndex === undefined ? top : await manifestText(inIndex.digest, place);
  const config = await configText(manifest, place);
  return {
    ref: `${target.repositoryName}:${target.tag ?? "latest"}`,
    digest,
    ...(inIndex !== undefined && { index: top }),
    manifestDigest: inIndex?.digest ?? digest,
    // The code is the last of all layers.
    codeLayerIndex: diffIdsOf({ config }).length - 1,
    ...(codeDigest !== undefined && { codeDigest }),
    envDigest: environment.digest,
    environment: environment.parts,
    manifest,
    config,
  };
}
