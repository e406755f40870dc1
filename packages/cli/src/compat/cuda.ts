/** Which CUDA and cuDNN a GPU project gets: what it asks for, else what its framework was built with, else 11.8. */
import { UserError } from "@cog/core/errors";
import type { Decision } from "./decision.ts";
import type { Pin } from "./requirement.ts";
import { type CudaImage, cudaImages, type TorchBuild, tensorflowReleases, torchBuilds } from "./tables.ts";
import { compare, highest, matches, parseVersion, sameMinor, withoutLocal } from "./version.ts";

const DEFAULT_CUDA = "11.8";

export interface CudaWish {
  readonly cuda?: string;
  readonly cudnn?: string;
  readonly torch?: Pin;
  readonly tensorflow?: Pin;
}

export interface Cuda {
  readonly cuda: string;
  /** Major version. */
  readonly cudnn: string;
  readonly image: string;
  readonly because: string;
  readonly decisions: readonly Decision[];
  readonly warnings: readonly string[];
}

export function resolveCuda(wish: CudaWish): Cuda {
  const warnings: string[] = [];
  const { cuda, because, cudnn: wanted } = chooseCuda(wish, warnings);
  if (wish.cuda !== undefined && wish.cudnn !== undefined && imagesOf(cuda, wish.cudnn).length === 0) {
    const pairs = [...new Set(imagesOf(cuda).map((image) => image.cudnn))].join(", ");
    throw new UserError(
      "cuda.incompatible",
      `CUDA ${cuda} and CuDNN ${wish.cudnn} are not compatible; CuDNN for it: ${pairs || "none"}`,
    );
  }
  const cudnn = wish.cudnn ?? wanted;
  let image = bestImage(cuda, cudnn);
  if (image === undefined && wish.cuda === undefined && wish.cudnn === undefined) {
    image = bestImage(cuda);
    if (image !== undefined)
      warnings.push(`No image has CUDA ${cuda} with cuDNN ${cudnn}; the one with cuDNN ${image.cudnn} is used.`);
  }
  if (image === undefined) {
    if (imagesOf(cuda).length === 0) throw new UserError("cuda.unsupported", `CUDA ${cuda} is not supported by Cog`);
    throw new UserError("cuda.no_image", `no matching base image for CUDA ${cuda} and CuDNN ${cudnn}`);
  }
  const decisions: Decision[] = [
    { setting: "cuda", value: cuda, because },
    { setting: "cudnn", value: image.cudnn, because: cudnnReason(wish, image.cudnn === wanted ? because : undefined) },
  ];
  return { cuda, cudnn: image.cudnn, image: image.image, because, decisions, warnings };
}

function cudnnReason({ cudnn, tensorflow }: CudaWish, chosenWith: string | undefined): string {
  if (cudnn !== undefined) return "build.cudnn";
  if (chosenWith !== undefined) return tensorflow === undefined ? chosenWith : `tensorflow==${tensorflow.version}`;
  return "the highest that has an image with this CUDA";
}

interface Choice {
  readonly cuda: string;
  readonly cudnn?: string;
  readonly because: string;
}

/** TensorFlow goes first: its wheels use the system's CUDA, torch brings its own. */
function chooseCuda(wish: CudaWish, warnings: string[]): Choice {
  if (wish.tensorflow !== undefined && wish.tensorflow.version !== "")
    return forTensorflow(wish.tensorflow.version, wish, warnings);
  if (wish.torch !== undefined) return forTorch(wish.torch, wish, warnings);
  if (wish.cuda !== undefined) return { cuda: wish.cuda, because: "build.cuda" };
  return { cuda: DEFAULT_CUDA, because: "neither build.cuda nor a framework says otherwise" };
}

function forTensorflow(version: string, wish: CudaWish, warnings: string[]): Choice {
  const release = tensorflowReleases.find(({ tensorflow }) => tensorflow === version);
  if (release === undefined) {
    if (wish.cuda !== undefined) return { cuda: wish.cuda, because: "build.cuda" };
    throw new UserError("cuda.unknown", `Cog doesn't know which CUDA tensorflow==${version} needs`, {
      hint: "Set the 'cuda' option in cog.yaml.",
    });
  }
  if (wish.cudnn !== undefined && wish.cudnn !== release.cudnn) {
    throw new UserError(
      "cuda.incompatible",
      `cuDNN ${wish.cudnn} is not compatible with tensorflow==${version}, which needs ${release.cudnn}`,
    );
  }
  if (wish.cuda === undefined) return { ...release, because: `tensorflow==${version}` };
  if (parseVersion(wish.cuda)?.major !== parseVersion(release.cuda)?.major) {
    throw new UserError("cuda.incompatible", `TensorFlow ${version} requires CUDA ${release.cuda}, not ${wish.cuda}`);
  }
  if (!sameMinor(wish.cuda, release.cuda))
    warnings.push(`TensorFlow ${version} was built for CUDA ${release.cuda}; build.cuda says ${wish.cuda}.`);
  return { cuda: wish.cuda, cudnn: release.cudnn, because: "build.cuda" };
}

function forTorch(torch: Pin, wish: CudaWish, warnings: string[]): Choice {
  const { version } = torch;
  if (version === "") {
    if (wish.cuda !== undefined) return { cuda: wish.cuda, because: "build.cuda" };
    throw new UserError("torch.unpinned", "torch version must be specified", {
      hint: "Write torch==VERSION, or set the 'cuda' option in cog.yaml.",
    });
  }
  const candidates = cudaOfTorch(version);
  if (wish.cuda !== undefined) {
    const { cuda } = wish;
    const best = highest(candidates, (candidate) => [candidate]);
    if (!candidates.some((candidate) => sameMinor(candidate, cuda))) {
      warnings.push(
        `Cog doesn't know if CUDA ${cuda} is compatible with PyTorch ${version}.${best === undefined ? "" : ` Try ${best} instead?`}`,
      );
    }
    return { cuda, because: "build.cuda" };
  }
  const cuda = highest(candidates, (candidate) => [candidate]);
  if (cuda === undefined) {
    throw new UserError("cuda.unknown", `Cog doesn't know which CUDA torch==${version} needs`, {
      hint: "Set the 'cuda' option in cog.yaml.",
    });
  }
  if (!torch.exact)
    warnings.push(`CUDA is chosen for torch ${version}; write torch==${version} to be sure to get that version.`);
  return { cuda, because: `torch${torch.exact ? "==" : " "}${version}` };
}

/** `X+cu118` is asked to be exactly that one; an unknown suffix is not heeded. */
function cudaOfTorch(version: string): string[] {
  const rows = torchBuilds.filter(
    (row): row is TorchBuild & { cuda: string } => row.cuda !== undefined && matches(row.torch, version),
  );
  const digits = /^cu(\d+)(\d)$/.exec(parseVersion(version)?.local ?? "");
  const suffix = digits === null ? undefined : `${digits[1]}.${digits[2]}`;
  const exact = rows.filter(
    ({ cuda, torch }) => cuda === suffix && compare(withoutLocal(torch), withoutLocal(version)) === 0,
  );
  return (exact.length > 0 ? exact : rows).map(({ cuda }) => cuda);
}

function imagesOf(cuda: string, cudnn?: string): CudaImage[] {
  return cudaImages.filter((image) => matches(image.cuda, cuda) && (cudnn === undefined || image.cudnn === cudnn));
}

/** The highest cuDNN when none is named, then the highest CUDA patch, then the highest Ubuntu. */
function bestImage(cuda: string, cudnn?: string): CudaImage | undefined {
  return highest(imagesOf(cuda, cudnn), (image) => [image.cudnn, image.cuda, image.ubuntu]);
}
