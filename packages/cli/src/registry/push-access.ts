/** May we push there? Asked by beginning an upload, which is what tells on every registry, and taking it back. */
import type { Credentials } from "./auth.ts";
import { beginUpload, takeBack } from "./blob-upload.ts";
import { Connection } from "./connection.ts";
import type { Reference } from "./reference.ts";
import type { Transport } from "./transport.ts";

export interface PushAccessOptions {
  /** Absent: as anybody. */
  readonly credentials: Credentials | undefined;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/**
 * Resolves when the registry takes pushes to this repository from us.
 * @throws RegistryError saying what it did instead
 */
export async function checkPushAccess(
  { host, repository }: Pick<Reference, "host" | "repository">,
  { credentials, transport, signal }: PushAccessOptions,
): Promise<void> {
  // Somebody waits for the answer: what is not there now is told now.
  const connection = new Connection({ host, transport, credentials, retry: { attempts: 1, baseMs: 0 } });
  const upload = await beginUpload(connection, repository, { signal });
  await takeBack(connection, repository, upload);
  signal.throwIfAborted();
}
