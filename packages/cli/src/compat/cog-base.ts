/**
 * Which of Cog's own base images fits: there is one for every listed torch with each of its Pythons, for every Python
 * among these with every CUDA, and for every Python alone.
 */
import { UserError } from "@cog/core/errors";
import { torchBuilds } from "./tables.ts";
import { compare, highest, matches, parseVersion, withoutLocal } from "./version.ts";

/** The oldest of each that there are images for, and the newest torch: its table goes on without them. */
const OLDEST = { python: "3.10", torch: "1.13.1", cuda: "11.6" } as const;
const NEWEST_TORCH = "2.11.0";

/** Installed in these images already. */
const PRESENT = new Set(
  (
    "build-essential cmake curl ffmpeg findutils g++ gcc git libavcodec-dev libcairo2-dev libfontconfig1 " +
    "libgirepository1.0-dev libgl1 libglx-mesa0 libglib2.0-0 libopencv-dev libsm6 libsndfile1 libssl-dev " +
    "libunistring-dev libxext6 libxrender1 sox unzip wget zip zstd"
  ).split(" "),
);

/** Python and CUDA as `MAJOR.MINOR`. */
export interface CogBaseImage {
  readonly python: string;
  readonly cuda?: string;
  readonly torch?: string;
}

export interface CogBaseWish {
  readonly python: string;
  readonly cuda?: string;
  readonly torch?: string;
}

/** The part of the image's name after `cog-base:`. */
export function cogBaseTag(wish: CogBaseWish): string {
  const best = fitting(wish, "Leave --use-cog-base-image out, or name an image: --base-image REF.");
  return cogBaseTagOf(best);
}

/** The one image that is asked for: unlike for a model, a torch that there is none with is a mistake. */
export function cogBaseImage(wish: CogBaseWish): CogBaseImage {
  const hint = "Run 'cog base-image generate-matrix' to see which there are.";
  const best = fitting(wish, hint);
  if (wish.torch === undefined || best.torch !== undefined) return best;
  throw none(`${combinationText(best)} and torch ${wish.torch}`, hint);
}

export function cogBaseTagOf({ python, cuda, torch }: CogBaseImage): string {
  return [
    ...(cuda === undefined ? [] : [`cuda${cuda}`]),
    `python${python}`,
    ...(torch === undefined ? [] : [`torch${torch}`]),
  ].join("-");
}

/** With the highest torch that matches, or without torch. */
function fitting({ python, cuda, torch }: CogBaseWish, hint: string): CogBaseImage {
  const wanted = { python: minor(python), ...(cuda !== undefined && { cuda: minor(cuda) }) };
  const images = cogBaseImages().filter((image) => image.python === wanted.python && image.cuda === wanted.cuda);
  if (images.length === 0) throw none(combinationText(wanted), hint);
  const best = highest(
    images.filter((image) => torch !== undefined && image.torch !== undefined && matches(image.torch, torch)),
    (image) => [image.torch ?? ""],
  );
  return best ?? wanted;
}

function combinationText({ python, cuda }: CogBaseImage): string {
  return `Python ${python}${cuda === undefined ? "" : ` and CUDA ${cuda}`}`;
}

function none(wanted: string, hint: string): UserError {
  const message = `Could not find a suitable base image: there is none of Cog's own with ${wanted}`;
  return new UserError("base.cog", message, { hint });
}

/** What apt installs into these images. */
export function cogBasePackages(): readonly string[] {
  return [...PRESENT];
}

/** What pip installs into one of them: torch with the releases of its companions that belong to it. */
export function cogBaseRequirements({ torch, cuda }: CogBaseImage): readonly string[] {
  const build = torchBuilds.find((row) => withoutLocal(row.torch) === torch && row.cuda === cuda);
  if (torch === undefined || build === undefined) return [];
  return [`torch==${torch}`, `torchvision==${withoutLocal(build.torchvision)}`, `torchaudio==${build.torchaudio}`];
}

/** What apt still has to install in one of these images. */
export function missingInCogBase(systemPackages: readonly string[]): readonly string[] {
  return systemPackages.filter((name) => !PRESENT.has(name));
}

/** Every combination there is an image for, each once. */
export function cogBaseImages(): readonly CogBaseImage[] {
  const images = new Map<string, CogBaseImage>();
  const add = (image: CogBaseImage) =>
    void images.set(`${image.python} ${image.cuda ?? ""} ${image.torch ?? ""}`, image);
  for (const { torch, cuda, pythons } of torchBuilds) {
    const order = compare(torch, OLDEST.torch);
    // Of the oldest itself only the build without a local version counts.
    if (compare(torch, NEWEST_TORCH) > 0) continue;
    if (order < 0 || (order === 0 && torch !== OLDEST.torch) || (cuda !== undefined && compare(cuda, OLDEST.cuda) < 0))
      continue;
    for (const python of pythons.filter((version) => compare(version, OLDEST.python) >= 0))
      add({ python, ...(cuda !== undefined && { cuda }), torch: withoutLocal(torch) });
  }
  const withTorch = [...images.values()];
  const cudas = new Set(withTorch.flatMap(({ cuda }) => cuda ?? []));
  for (const python of new Set(withTorch.map((image) => image.python))) {
    add({ python });
    for (const cuda of cudas) add({ python, cuda });
  }
  return [...images.values()];
}

function minor(version: string): string {
  const parsed = parseVersion(version);
  return parsed === undefined ? version : `${parsed.major}.${parsed.minor}`;
}
