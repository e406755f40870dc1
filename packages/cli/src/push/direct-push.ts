/** A push without the engine: it hands the image out, and the layers that the registry has not go there from here. */
import { join } from "node:path";
import { exportImage, inspectImage, TOOL_NAMES } from "#docker";
import {
  type Descriptor,
  findLayers,
  type ImagePush,
  type LayersThere,
  PushMemory,
  pushImageLayout,
  type Registry,
  readLayout,
} from "#registry";
import type { DirectPush, PushContext } from "./context.ts";
import { pushProgress } from "./progress.ts";
import { withScratch } from "./scratch.ts";

export interface DirectPushRequest {
  /** Of this machine. */
  readonly image: string;
  readonly tag: string;
  readonly registry: Registry;
  readonly direct: DirectPush;
}

export async function pushDirectly(
  { image, tag, registry, direct }: DirectPushRequest,
  context: PushContext,
): Promise<Descriptor> {
  const { target, signal, tool } = context;
  const memory = new PushMemory(direct.memoryDirectory);
  const { concurrency, compression } = direct;
  const { repository } = target;
  const progress = pushProgress(context);
  const push: ImagePush = {
    ...{ registry, repository, compression, memory, signal, concurrency },
    onProgress: progress.tell,
  };
  return await withScratch(async (scratch) => {
    const layers = (await inspectImage(image, { tool, signal }))?.layers ?? [];
    progress.expect(layers);
    const there = await findLayers(layers, push);
    const layout = join(scratch, "image");
    await exported({ image, layout, there }, context);
    const step = context.report.step("Pushing layers...");
    try {
      progress.show(step);
      const request = { image: readLayout(layout), there, tag, scratch };
      const descriptor = await pushImageLayout(request, push);
      step.done();
      return descriptor;
    } catch (error) {
      step.fail({ interrupted: signal.aborted });
      throw error;
    }
  });
}

interface Exporting {
  readonly image: string;
  readonly layout: string;
  readonly there: LayersThere;
}

async function exported({ image, layout, there }: Exporting, context: PushContext): Promise<void> {
  const { tool, signal, report, onEvent } = context;
  onEvent?.({ phase: "exporting" });
  const from = tool === "docker" ? "Docker daemon" : TOOL_NAMES[tool];
  const step = report.step(`Exporting image from ${from}...`);
  try {
    await exportImage(image, layout, { tool, signal, without: new Set(there.keys()) });
    step.done();
  } catch (error) {
    step.fail({ interrupted: signal.aborted });
    throw error;
  }
}
