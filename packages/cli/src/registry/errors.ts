/** What goes wrong with a registry. This room knows nothing of Cog: what to do about it is said by its callers. */

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
  /** A reference or host that cannot be one. */
  | "invalid-reference"
  /** Docker's config.json cannot be read or written. */
  | "docker-config"
  /** A credential helper failed. */
  | "credential-helper";

export class RegistryError extends Error {
  readonly failure: RegistryFailure;

  constructor(failure: RegistryFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RegistryError";
    this.failure = failure;
  }
}
