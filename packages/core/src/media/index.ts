export { extensionOf, mediaTypeOf } from "./media.ts";
