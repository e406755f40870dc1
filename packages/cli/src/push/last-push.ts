/** What is remembered of the last push of a project to a repository, so that the next one need not ask. */
import { createHash } from "node:crypto";
import { isJsonObject, type Json } from "@cog/core/json";
import type { ImageDocuments } from "./code-image.ts";

export interface LastPush extends ImageDocuments {
  /** `HOST/REPOSITORY:TAG` */
  readonly ref: string;
  /** Of what is under the tag: the image, or the index of a model. */
  readonly digest: string;
  /** Its very bytes, of an index. */
  readonly index?: string;
  readonly manifestDigest: string;
  readonly codeLayerIndex: number;
  /** What the archive of the project's code is called, whatever is in the image's own layer. */
  readonly codeDigest?: string;
  readonly envDigest: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Below `.cog/`. @param repositoryName with its host */
export function lastPushFile(repositoryName: string): string {
  return `push/${createHash("sha256").update(repositoryName).digest("hex")}.json`;
}

/** Undefined for what is no such file, or one of another version: it is nothing that cannot be found out again. */
export function readLastPush(text: string): LastPush | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isLastPush(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const TEXTS = ["ref", "digest", "manifest", "config", "manifestDigest", "envDigest"];

function isLastPush(value: Json): value is Json & LastPush {
  return (
    isJsonObject(value) &&
    TEXTS.every((name) => typeof value[name] === "string") &&
    typeof value["codeLayerIndex"] === "number" &&
    isJsonObject(value["environment"])
  );
}
