/** The compatibility tables: facts about released images and wheels, see `provenance` in each. */
import cudaTable from "./tables/cuda.json" with { type: "json" };
import tensorflowTable from "./tables/tensorflow.json" with { type: "json" };
import torchTable from "./tables/torch.json" with { type: "json" };
import { withoutLocal } from "./version.ts";

export interface CudaImage {
  readonly cuda: string;
  /** Major version. */
  readonly cudnn: string;
  readonly ubuntu: string;
  readonly image: string;
}

export interface TorchBuild {
  readonly torch: string;
  /** Absent: a CPU build. */
  readonly cuda?: string;
  readonly torchvision: string;
  readonly torchaudio: string;
  /** Absent: the default package index. */
  readonly indexUrl?: string;
  /** Python versions that have wheels of it. */
  readonly pythons: readonly string[];
}

export interface TensorflowRelease {
  readonly tensorflow: string;
  readonly cuda: string;
  readonly cudnn: string;
  readonly pythons: readonly string[];
}

export const cudaImages: readonly CudaImage[] = cudaTable.images.map((row) => {
  const [cuda = "", cudnn = "", ubuntu = "", tag = ""] = row;
  return { cuda, cudnn, ubuntu, image: `${cudaTable.image_prefix}${tag}` };
});

export const torchBuilds: readonly TorchBuild[] = torchTable.builds
  .map((row) => {
    const [torch, cuda, torchvision, torchaudio, index] = row.map((cell) =>
      typeof cell === "string" ? cell : undefined,
    );
    return {
      torch: torch ?? "",
      torchvision: torchvision ?? "",
      torchaudio: withoutLocal(torchaudio ?? ""),
      pythons: listIn(row),
      ...(cuda !== undefined && { cuda }),
      ...(index !== undefined && { indexUrl: torchTable.index_url.replace("{index}", index) }),
    };
  })
  // No image has this one, so its wheels can be of no use.
  .filter(({ cuda }) => cuda !== "10.2");

export const tensorflowReleases: readonly TensorflowRelease[] = tensorflowTable.releases.map((row) => {
  const [tensorflow = "", cuda = "", cudnn = ""] = row.map((cell) => (typeof cell === "string" ? cell : undefined));
  return { tensorflow, cuda, cudnn, pythons: listIn(row) };
});

/** The one cell of a row that is a list. */
function listIn(row: readonly (string | null | readonly string[])[]): readonly string[] {
  return row.find((cell) => typeof cell === "object" && cell !== null) ?? [];
}
