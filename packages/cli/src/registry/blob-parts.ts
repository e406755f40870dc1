/**
 * A large blob in parts that are read side by side, and given on in their order: one connection alone is often slower than
 * the network. No more than `parts` of them are in memory.
 */
import { openBlob, pathOf, startsAt, type Waiting } from "./blob-download.ts";
import type { Connection } from "./connection.ts";
import { type Descriptor, hashFor } from "./descriptor.ts";
import { RegistryError } from "./errors.ts";
import { refusalOf } from "./refusal.ts";
import { collect } from "./transport.ts";

export interface Parts {
  readonly bytes: number;
  /** How many at a time. */
  readonly atOnce: number;
}

type Blob = Pick<Descriptor, "digest" | "size">;

export interface PartsOptions extends Waiting {
  readonly parts: Parts;
  /** Only these bytes of it, from `start` up to, and without, `end`: they are not checked. */
  readonly range?: { readonly start: number; readonly end: number };
}

/**
 * As `openBlob`; a registry that knows no ranges sends it as one.
 * @throws RegistryError `refused` when it knows none and a range is asked for
 */
export async function* openBlobInParts(
  connection: Connection,
  repository: string,
  blob: Blob,
  { signal, parts, range }: PartsOptions,
): AsyncGenerator<Uint8Array> {
  const { start, end } = range ?? { start: 0, end: blob.size };
  const done = new AbortController();
  const reading = { connection, repository, blob, signal: AbortSignal.any([signal, done.signal]) };
  const begin = (at: number) => {
    const part = readPart(reading, at, Math.min(at + parts.bytes, end));
    // Whoever reads is told when it is this part's turn.
    part.catch(() => undefined);
    return part;
  };
  const ahead: Promise<readonly Uint8Array[] | undefined>[] = [];
  const hash = hashFor(blob.digest);
  try {
    let next = start;
    for (let at = start; at < end; at += parts.bytes) {
      // The first alone: it tells whether there are ranges.
      for (const most = at === start ? 1 : parts.atOnce; ahead.length < most && next < end; next += parts.bytes)
        ahead.push(begin(next));
      const content = await ahead.shift();
      if (content === undefined && range !== undefined)
        throw new RegistryError("refused", `${connection.host} does not send parts of blobs`);
      if (content === undefined) return yield* openBlob(connection, repository, blob, { signal });
      for (const bytes of content) {
        hash.update(bytes);
        yield bytes;
      }
    }
  } finally {
    done.abort();
  }
  if (range === undefined && !hash.matches())
    throw new RegistryError("corrupt", `What ${connection.host} sent for blob ${blob.digest} does not match it`);
}

interface Reading {
  readonly connection: Connection;
  readonly repository: string;
  readonly blob: Blob;
  readonly signal: AbortSignal;
}

/** Goes on where it broke. Undefined: the registry sends all of it, whatever part is asked for. */
async function readPart(
  { connection, repository, blob: { digest }, signal }: Reading,
  start: number,
  end: number,
): Promise<readonly Uint8Array[] | undefined> {
  const content: Uint8Array[] = [];
  let at = start;
  return await connection.retrying(signal, async () => {
    const answer = await connection.open({
      at: pathOf(repository, digest),
      scopes: [`repository:${repository}:pull`],
      headers: { range: `bytes=${at}-${end - 1}` },
      signal,
    });
    // Whoever knows ranges says so with the first part.
    if (answer.status === 200 && content.length === 0) {
      await answer.discard();
      return undefined;
    }
    if (answer.status !== 206 || startsAt(answer.headers.get("content-range")) !== at)
      throw refusalOf(await collect(answer, signal), { host: connection.host, repository, what: `blob ${digest}` });
    for await (const bytes of answer.body) {
      const wanted = bytes.subarray(0, end - at);
      content.push(wanted);
      at += wanted.length;
    }
    if (at === end) return content;
    throw new RegistryError("unreachable", `${connection.host} ended blob ${digest} before its end`, { temporary: {} });
  });
}
