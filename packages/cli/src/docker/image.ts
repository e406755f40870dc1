/** What Docker, Podman and Buildah say of an image, read into one shape. */
import { isJsonObject, type Json } from "@cog/core/json";

export interface Image {
  /** `sha256:…` */
  readonly id: string;
  /** As a registry knows it; only where the engine keeps images as registries do, or of pulled and pushed images. */
  readonly digest: string | undefined;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Digests of the uncompressed layers, from the base up. */
  readonly layers: readonly string[];
}

/** One item of `docker image inspect`, or of Podman's. */
export function imageOfInspect(item: Json): Image {
  const digests = at(item, "RepoDigests");
  return {
    id: idOf(at(item, "Id")),
    digest: Array.isArray(digests) ? String(digests[0] ?? "").split("@")[1] : undefined,
    sizeBytes: Number(at(item, "Size") ?? 0),
    labels: labelsOf(at(item, "Config", "Labels")),
    layers: stringsOf(at(item, "RootFS", "Layers")),
  };
}

/** `buildah inspect --type image`, with an item of `buildah images --json` for what that leaves out. */
export function imageOfBuildah(inspected: Json, listed: Json | undefined): Image {
  return {
    id: idOf(at(inspected, "FromImageID")),
    digest: String(at(inspected, "FromImageDigest") ?? "") || undefined,
    sizeBytes: bytesOf(String(at(listed ?? null, "size") ?? "")),
    labels: labelsOf(at(inspected, "OCIv1", "config", "Labels")),
    layers: stringsOf(at(inspected, "OCIv1", "rootfs", "diff_ids")),
  };
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `436 MB`, or a bare number of bytes: Podman and Buildah round for people even when asked not to. */
export function bytesOf(text: string): number {
  const [, number = "0", unit = "B"] = /^([\d.]+)\s*(\w+)?$/.exec(text.trim()) ?? [];
  return Math.round(Number(number) * 1000 ** Math.max(UNITS.indexOf(unit), 0));
}

function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

function idOf(value: Json | undefined): string {
  const id = String(value ?? "");
  return id === "" || id.startsWith("sha256:") ? id : `sha256:${id}`;
}

function labelsOf(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function stringsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
