export { localFetch } from "./local-fetch.ts";
