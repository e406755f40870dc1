/** Which files share a layer, and what a layer is called. Pure. */
import { posix } from "node:path";
import { WEIGHT_LAYER_TYPES } from "@cog/core/wire";
import { digestOf } from "#registry";
import { byPath } from "./bytes-order.ts";

const MIB = 1024 ** 2;
export const BUNDLE_FILE_MAX = 64 * MIB;
export const BUNDLE_SIZE_MAX = 256 * MIB;
export const GZIP_LEVEL = 6;

/** Large files of these kinds are numbers that do not get smaller. */
const INCOMPRESSIBLE = [".bin", ".gguf", ".onnx", ".parquet", ".pt", ".pth", ".safetensors"] as const;

export interface LayerPlan<F> {
  readonly mediaType: string;
  readonly files: readonly F[];
}

/** Small files by path into bundles, large ones each alone. Every file is in exactly one layer. */
export function planLayers<F extends { readonly path: string; readonly size: number }>(
  files: readonly F[],
): readonly LayerPlan<F>[] {
  const sorted = [...files].sort(byPath);
  const bundles: F[][] = [];
  let room = 0;
  for (const file of sorted.filter(({ size }) => size < BUNDLE_FILE_MAX)) {
    if (bundles.length === 0 || file.size > room) {
      bundles.push([]);
      room = BUNDLE_SIZE_MAX;
    }
    bundles.at(-1)?.push(file);
    room -= file.size;
  }
  return [
    ...bundles.map((bundle) => ({ mediaType: WEIGHT_LAYER_TYPES.gzip, files: bundle })),
    ...sorted
      .filter(({ size }) => size >= BUNDLE_FILE_MAX)
      .map((file) => ({ mediaType: largeType(file), files: [file] })),
  ];
}

function largeType({ path }: { readonly path: string }): string {
  const isRaw = INCOMPRESSIBLE.some((extension) => extension === posix.extname(path).toLowerCase());
  return isRaw ? WEIGHT_LAYER_TYPES.tar : WEIGHT_LAYER_TYPES.gzip;
}

/**
 * Of this packer: its compressed layers are its own, so its name for them must be no other's.
 * @param zlib version of the library that compresses
 */
export function envelopeFormat(zlib: string): string {
  const parameters = {
    bundleFileMax: BUNDLE_FILE_MAX,
    bundleSizeMax: BUNDLE_SIZE_MAX,
    gzipLevelBundle: GZIP_LEVEL,
    gzipLevelLarge: GZIP_LEVEL,
    incompressibleExts: INCOMPRESSIBLE,
    mediaTypeCompressed: WEIGHT_LAYER_TYPES.gzip,
    mediaTypeRaw: WEIGHT_LAYER_TYPES.tar,
    revision: 1,
    producer: `cog node zlib ${zlib}`,
  };
  return digestOf(JSON.stringify(parameters));
}
