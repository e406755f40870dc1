export { fetchThrough, localFetch } from "./local-fetch.ts";
