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

interface Combination {
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
export function cogBaseTag({ python, cuda, torch }: CogBaseWish): string {
  const pythonMinor = minor(python);
  const cudaMinor = cuda === undefined ? undefined : minor(cuda);
  const fitting = cogBaseImages().filter((image) => image.python === pythonMinor && image.cuda === cudaMinor);
  if (fitting.length === 0) {
    const wanted = `Python ${pythonMinor}${cudaMinor === undefined ? "" : ` and CUDA ${cudaMinor}`}`;
    throw new UserError("base.cog", `Could not find a suitable base image: there is none of Cog's own with ${wanted}`, {
      hint: "Leave --use-cog-base-image out, or name an image: --base-image REF.",
    });
  }
  const best = highest(
    fitting.filter((image) => torch !== undefined && image.torch !== undefined && matches(image.torch, torch)),
    (image) => [image.torch ?? ""],
  );
  return [
    ...(cudaMinor === undefined ? [] : [`cuda${cudaMinor}`]),
    `python${pythonMinor}`,
    ...(best?.torch === undefined ? [] : [`torch${best.torch}`]),
  ].join("-");
}

/** What apt still has to install in one of these images. */
export function missingInCogBase(systemPackages: readonly string[]): readonly string[] {
  return systemPackages.filter((name) => !PRESENT.has(name));
}

/** Every combination there is an image for, each once. */
export function cogBaseImages(): readonly Combination[] {
  const images = new Map<string, Combination>();
  const add = (image: Combination) =>
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
