/** What goes into one of Cog's own base images: Python, what models often need of the system, torch, and an init. */
import { type CogBaseImage, cogBasePackages, cogBaseRequirements, cogBaseTagOf, resolveCompatibility } from "#compat";
import type { BaseImage } from "./plan.ts";

export interface CogBasePlan {
  /** The part of its name after `cog-base:`. */
  readonly tag: string;
  readonly base: BaseImage;
  /** Installed into a base that has none of its own. */
  readonly python?: string;
  readonly systemPackages: readonly string[];
  /** Options and packages as pip takes them; empty where torch is not wanted. */
  readonly requirements: readonly string[];
}

export function planCogBase(image: CogBaseImage): CogBasePlan {
  const { python, cuda } = image;
  const compatibility = resolveCompatibility(
    {
      gpu: cuda !== undefined,
      pythonVersion: python,
      pythonPackages: [],
      systemPackages: [],
      run: [],
      ...(cuda !== undefined && { cuda }),
    },
    { lines: cogBaseRequirements(image).map((text) => ({ kind: "package", text })), warnings: [] },
  );
  const packages = compatibility.requirements.flatMap((line) => (line.kind === "package" ? [line.text] : []));
  return {
    tag: cogBaseTagOf(image),
    base:
      compatibility.cuda === undefined
        ? { image: `python:${python}-slim`, because: "--python" }
        : { image: compatibility.cuda.image, because: "--cuda" },
    ...(compatibility.cuda !== undefined && { python }),
    systemPackages: cogBasePackages(),
    requirements: [...compatibility.indexUrls.map((url) => `--extra-index-url ${url}`), ...packages],
  };
}
