export { type PlaygroundOptions, type RunningPlayground, startPlayground } from "./server.ts";
