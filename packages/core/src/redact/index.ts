export { withoutCredentials, withoutSecrets } from "./redact.ts";
