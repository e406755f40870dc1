/** One file of a web server. */
import { UserError } from "@cog/core/errors";
import type { OpenAnswer, Transport } from "#registry";
import { pathProblem } from "../safe-path.ts";
import type { StoredFile } from "../store.ts";
import type { Inventory, Source, SourceContext } from "./source.ts";
import { fileNameOf, type SourceUri } from "./uri.ts";
import { bodyOf, openWeb } from "./web.ts";

export function httpSource(
  { normal, url }: Extract<SourceUri, { readonly scheme: "http" }>,
  transport: Transport,
): Source {
  const path = fileNameOf(url) ?? "";
  const problem = pathProblem(path);
  if (problem !== undefined)
    throw new UserError(
      "weights.source",
      `Cannot import ${normal}: the name ${JSON.stringify(path)} cannot be used: ${problem}`,
    );
  return {
    uri: normal,
    fingerprint: async ({ signal }) => {
      // Servers that do not answer HEAD are asked by GET, for the inventory.
      const answer = await openWeb(transport, url, { method: "HEAD", signal }).catch((error: unknown) => {
        if (error instanceof UserError) return undefined;
        throw error;
      });
      await answer?.discard();
      return answer && strongTag(answer);
    },
    inventory: async (wanted, context): Promise<Inventory> => {
      const { tag, digest, size } = await fetchFile(url, transport, context);
      const open = () => reread(url, transport, context);
      return {
        fingerprint: tag ?? digest,
        files: wanted(path) ? [{ path, size, digest, open }] : [],
      };
    },
  };
}

interface Fetched extends StoredFile {
  readonly tag: string | undefined;
}

/** Its digest is known when it has been read, and then it is here. */
async function fetchFile(url: URL, transport: Transport, { store, signal }: SourceContext): Promise<Fetched> {
  const answer = await openWeb(transport, url, { signal });
  const length = Number(answer.headers.get("content-length") ?? Number.NaN);
  const stored = await store.put(bodyOf(answer, url), {
    what: `What ${url.host} sent for ${url.pathname}`,
    ...(Number.isSafeInteger(length) && { size: length }),
  });
  return { ...stored, tag: strongTag(answer) };
}

async function* reread(url: URL, transport: Transport, { signal }: SourceContext): AsyncGenerator<Uint8Array> {
  yield* bodyOf(await openWeb(transport, url, { signal }), url);
}

/** A weak one stays when bytes change. */
function strongTag({ headers }: OpenAnswer): string | undefined {
  const tag = headers.get("etag")?.trim();
  return tag === undefined || tag.startsWith("W/") || tag === "" ? undefined : `etag:${tag}`;
}
