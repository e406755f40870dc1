export { withoutCredentials } from "./redact.ts";
