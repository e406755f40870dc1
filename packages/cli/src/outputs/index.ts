export { LargeFiles } from "./large-files.ts";
export { type OutputFlag, type OutputName, outputName } from "./naming.ts";
export { type PresentOptions, presentJson, presentOutput } from "./present.ts";
export { hasFiles } from "./save.ts";
export { type StreamPrinter, streamPrinter } from "./stream.ts";
export { checkWritable } from "./write.ts";
