import type { ContainerTool } from "#docker";
import type { Reporter } from "#report";

export interface BuildContext {
  readonly signal: AbortSignal;
  readonly report: Reporter;
  /** What builds, and keeps the image. */
  readonly tool: ContainerTool;
}
