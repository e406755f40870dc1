export { Media } from "./media.tsx";
export { OutputView } from "./output.tsx";
