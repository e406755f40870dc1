/** What a push needs beside what is pushed and where to. */
import type { ContainerTool } from "#docker";
import type { BlobProgress, Compression } from "#registry";
import type { Reporter } from "#report";
import type { Access } from "./access.ts";
import type { PushTarget } from "./reference.ts";

export interface PushContext {
  readonly target: PushTarget;
  readonly access: Access;
  readonly tool: ContainerTool;
  readonly signal: AbortSignal;
  readonly report: Reporter;
  /** Send the layers ourselves; absent: the tool does. */
  readonly direct?: DirectPush | undefined;
  /** For programs that follow a push. */
  readonly onEvent?: ((event: PushEvent) => void) | undefined;
}

export interface DirectPush {
  readonly concurrency: number;
  readonly compression: Compression;
  /** What is remembered from one push to the next is kept here. */
  readonly memoryDirectory: string;
}

export type PushEvent =
  | { readonly phase: "exporting" }
  | ({ readonly phase: "pushing"; readonly blob: string } & Omit<BlobProgress, "digest">);
