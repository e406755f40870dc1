export type { Credentials } from "./auth.ts";
export { type Kept, storeCredentials } from "./docker-config.ts";
export { RegistryError, type RegistryFailure } from "./errors.ts";
export { checkCredentials } from "./ping.ts";
export { checkPushAccess } from "./push-access.ts";
export { isDockerHub, parseReference, type Reference, registryHost } from "./reference.ts";
export { type StoredCredentials, storedCredentials } from "./stored-credentials.ts";
export { Transport, type TransportOptions } from "./transport.ts";
