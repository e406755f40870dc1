export { Media } from "./media.tsx";
export { OutputView, WholeOutput } from "./output.tsx";
export { shortened } from "./shortened.ts";
export { Value } from "./value.tsx";
