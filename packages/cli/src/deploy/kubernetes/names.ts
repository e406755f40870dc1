/** Names that several objects, or several parts of one, have to agree on. */
export const CONTAINER = "model";
export const REDIS_PASSWORD = "REDIS_PASSWORD";
