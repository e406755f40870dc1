/** Which CUDA and cuDNN a GPU project gets: what it asks for, else what its framework was built with, else 11.8. */
import { type Place, UserError } from "@cog/core/errors";
import type { Decision } from "./decision.ts";
import { isPinned, type Pin } from "./requirement.ts";
import { type CudaImage, cudaImages, type TorchBuild, tensorflowReleases, torchBuilds } from "./tables.ts";
import { compare, highest, matches, parseVersion, sameMinor, withoutLocal } from "./version.ts";

const DEFAULT_CUDA = "11.8";

export interface CudaWish {
  readonly cuda?: string | undefined;
  readonly cudnn?: string | undefined;
  readonly torch?: Pin | undefined;
  readonly tensorflow?: Pin | undefined;
  /** Where a key of cog.yaml is written, for messages. */
  readonly placeOf?: ((field: string) => Place | undefined) | undefined;
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
  if (imagesOf(cuda).length === 0) throw unsupported(cuda, wish);
  const image = bestImage(cuda, wish.cudnn ?? wanted) ?? otherCudnn({ cuda, wanted, wish }, warnings);
  const decisions: Decision[] = [
    { setting: "cuda", value: cuda, because },
    { setting: "cudnn", value: image.cudnn, because: cudnnReason(wish, image.cudnn === wanted ? because : undefined) },
  ];
  return { cuda, cudnn: image.cudnn, image: image.image, because, decisions, warnings };
}

function cudnnReason({ cudnn, tensorflow }: CudaWish, chosenWith: string | undefined): string {
  if (cudnn !== undefined) return "build.cudnn";
  if (chosenWith !== undefined) return tensorflow === undefined ? chosenWith : tensorflow.written;
  return "the highest that has an image with this CUDA";
}

function unsupported(cuda: string, { placeOf }: CudaWish): UserError {
  const known = [...new Set(cudaImages.map((image) => image.cuda.split(".", 2).join(".")))];
  return new UserError("cuda.unsupported", `CUDA ${cuda} is not supported by Cog`, {
    place: placeOf?.("build.cuda"),
    hint: `There are images of CUDA ${known.join(", ")}.`,
  });
}

interface Unmatched {
  readonly cuda: string;
  /** What the framework was built with. */
  readonly wanted: string | undefined;
  readonly wish: CudaWish;
}

/** When the choice was ours the nearest thing is taken: else TensorFlow 2.16 and 2.17 could never be built. */
function otherCudnn({ cuda, wanted, wish }: Unmatched, warnings: string[]): CudaImage {
  const image = bestImage(cuda);
  if (image !== undefined && wish.cuda === undefined && wish.cudnn === undefined) {
    warnings.push(
      `No image has CUDA ${cuda} with cuDNN ${wanted}; the one with cuDNN ${image.cudnn} is used. ` +
        "tensorflow[and-cuda] brings the cuDNN that it was built with.",
    );
    return image;
  }
  const majors = [...new Set(imagesOf(cuda).map(({ cudnn }) => cudnn))].join(", ");
  const cudnn = wish.cudnn ?? wanted;
  const [code, message] =
    wish.cuda !== undefined && wish.cudnn !== undefined
      ? (["cuda.incompatible", `CUDA ${cuda} and CuDNN ${cudnn} are not compatible`] as const)
      : (["cuda.no_image", `no matching base image for CUDA ${cuda} and CuDNN ${cudnn}`] as const);
  throw new UserError(code, `${message}; CuDNN for this CUDA: ${majors}`, {
    place: wish.placeOf?.(wish.cudnn === undefined ? "build.cuda" : "build.cudnn"),
    hint: `Set build.cudnn to ${majors}, or leave it out.`,
  });
}

interface Choice {
  readonly cuda: string;
  readonly cudnn?: string;
  readonly because: string;
}

/** TensorFlow goes first: its wheels use the system's CUDA, torch brings its own. */
function chooseCuda(wish: CudaWish, warnings: string[]): Choice {
  const { cuda, tensorflow, torch } = wish;
  if (tensorflow !== undefined && tensorflow.version !== "") return forTensorflow(tensorflow, wish, warnings);
  if (torch !== undefined) return forTorch(torch, wish, warnings);
  if (cuda !== undefined) return { cuda, because: "build.cuda" };
  return { cuda: DEFAULT_CUDA, because: "neither build.cuda nor a framework says otherwise" };
}

function forTensorflow(pin: Pin, wish: CudaWish, warnings: string[]): Choice {
  const { version, written } = pin;
  const { cuda, cudnn, placeOf } = wish;
  const release = tensorflowReleases.find(({ tensorflow }) => tensorflow === version);
  if (release === undefined) {
    if (cuda !== undefined) return { cuda, because: "build.cuda" };
    throw unknown(
      pin,
      tensorflowReleases.map(({ tensorflow, cuda: its }) => [tensorflow, its]),
    );
  }
  if (cudnn !== undefined && cudnn !== release.cudnn) {
    const message = `cuDNN ${cudnn} is not compatible with tensorflow==${version}, which needs ${release.cudnn}`;
    throw new UserError("cuda.incompatible", message, {
      place: placeOf?.("build.cudnn"),
      hint: `Set build.cudnn to ${release.cudnn}, or leave it out.`,
    });
  }
  if (!isPinned(pin)) warnings.push(readAs(pin));
  if (cuda === undefined) return { cuda: release.cuda, cudnn: release.cudnn, because: written };
  if (parseVersion(cuda)?.major !== parseVersion(release.cuda)?.major) {
    const message = `TensorFlow ${version} requires CUDA ${release.cuda}, not ${cuda}`;
    throw new UserError("cuda.incompatible", message, {
      place: placeOf?.("build.cuda"),
      hint: `Set build.cuda to ${release.cuda}, or leave it out.`,
    });
  }
  if (!sameMinor(cuda, release.cuda))
    warnings.push(`TensorFlow ${version} was built for CUDA ${release.cuda}; build.cuda says ${cuda}.`);
  return { cuda, cudnn: release.cudnn, because: "build.cuda" };
}

function forTorch(pin: Pin, { cuda, placeOf }: CudaWish, warnings: string[]): Choice {
  const { version } = pin;
  if (version === "") {
    if (cuda !== undefined) return { cuda, because: "build.cuda" };
    throw new UserError("torch.unpinned", "torch version must be specified", {
      place: pin.place ?? placeOf?.("build.gpu"),
      hint: "Write torch==VERSION, or set the 'cuda' option in cog.yaml (build.cuda).",
    });
  }
  const candidates = cudaOfTorch(version);
  const best = highest(candidates, (candidate) => [candidate]);
  if (cuda !== undefined) {
    if (!candidates.some((candidate) => sameMinor(candidate, cuda))) {
      const other = best === undefined ? "" : ` Try ${best} instead?`;
      warnings.push(`Cog doesn't know if CUDA ${cuda} is compatible with PyTorch ${version}.${other}`);
    }
    return { cuda, because: "build.cuda" };
  }
  if (best === undefined)
    throw unknown(
      pin,
      torchBuilds.map((row) => [withoutLocal(row.torch), row.cuda]),
    );
  if (!isPinned(pin)) warnings.push(readAs(pin));
  return { cuda: best, because: pin.written };
}

/** Newer than the tables, or never released: only the user can say which CUDA it was built for. */
function unknown(
  { name, version, place }: Pin,
  known: readonly (readonly [version: string, cuda: string | undefined])[],
): UserError {
  const [newest = "", cuda = ""] = highest(known, ([release, its]) => [release, its ?? ""]) ?? [];
  const message =
    `Cog doesn't know which CUDA ${name}==${version} was built for; ` +
    "say it with the 'cuda' option in cog.yaml (build.cuda)";
  const isNewer = compare(version, newest) > 0;
  return new UserError("cuda.unknown", message, {
    place,
    hint: isNewer
      ? `The newest ${name} this cog knows is ${newest}, built for CUDA ${cuda}.`
      : `Releases of ${name} this cog knows: ${[...new Set(known.map(([release]) => release))].join(", ")}.`,
  });
}

function readAs({ name, version, written }: Pin): string {
  return `CUDA is chosen for ${name} ${version}, as if ${written} were ${name}==${version}; write that to be sure to get it.`;
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
