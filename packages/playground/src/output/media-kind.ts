/** What a text of the model's is: a file, and of which kind, or text. Pure. */
import { extensionOf, mediaTypeOf } from "@cog/core/media";

export type MediaKind = "image" | "audio" | "video" | "file";

export interface MediaFacts {
  readonly kind: MediaKind;
  /** What to save it as. */
  readonly name: string;
}

const SHOWN = ["image", "audio", "video"] as const;

/** Undefined for text that is no URL of a file. */
export function mediaOf(text: string): MediaFacts | undefined {
  if (/^data:[^,]*,/.test(text)) {
    const type = /^data:([^;,]*)/.exec(text)?.[1] ?? "";
    return { kind: kindOf(type), name: `output${extensionOf(type)}` };
  }
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return undefined;
  const name = new URL(text).pathname.split("/").at(-1) ?? "";
  return { kind: kindOf(mediaTypeOf(name)), name: name === "" ? "output" : name };
}

function kindOf(type: string): MediaKind {
  return SHOWN.find((kind) => type.startsWith(`${kind}/`)) ?? "file";
}
