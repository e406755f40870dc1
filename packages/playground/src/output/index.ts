export { Media } from "./media.tsx";
export { OutputView } from "./output.tsx";
export { shortened } from "./shortened.ts";
