/**
 * What goes wrong with a registry. This room knows nothing of Cog: what to do about it is said by its callers.
 *
 * RegistryError
 * ├─ MissingBlobsError: a manifest names what the registry does not have
 * └─ SessionLost (blob-upload.ts only)
 */

export type RegistryFailure =
  /** No connection, or an answer that no registry gives. */
  | "unreachable"
  /** The host answers, but not as a registry. */
  | "not-a-registry"
  /** It does not know these credentials. */
  | "unauthorized"
  /** It knows them, and does not allow this. */
  | "denied"
  /** It has no such repository, and makes none when something is pushed there. */
  | "unknown-repository"
  /** It has the repository, but not this blob, manifest or tag. */
  | "not-found"
  /** It, or a proxy before it, takes no body of this size. */
  | "too-large"
  /** It does not take this, for a reason of its own. */
  | "refused"
  /** Bytes that do not match their digest. */
  | "corrupt"
  /** A reference or host that cannot be one. */
  | "invalid-reference"
  /** Docker's config.json cannot be read or written. */
  | "docker-config"
  /** A credential helper failed. */
  | "credential-helper";

export interface RegistryErrorDetails {
  readonly cause?: unknown;
  /** The same request may be taken a moment later: after so many milliseconds, if the registry said it. */
  readonly temporary?: { readonly retryAfterMs?: number | undefined } | undefined;
}

export class RegistryError extends Error {
  readonly failure: RegistryFailure;
  readonly temporary: RegistryErrorDetails["temporary"];

  constructor(failure: RegistryFailure, message: string, { cause, temporary }: RegistryErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RegistryError";
    this.failure = failure;
    this.temporary = temporary;
  }
}

/** A manifest was not taken, since it names blobs (or manifests) that are not there. */
export class MissingBlobsError extends RegistryError {
  /** Empty when the registry does not say which. */
  readonly digests: readonly string[];

  constructor(message: string, digests: readonly string[]) {
    super("refused", message);
    this.digests = digests;
  }
}
