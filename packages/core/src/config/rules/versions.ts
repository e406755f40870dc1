/** Versions and choices below `build`. What fits together is resolved later, with the compatibility tables. */
import { type Finding, invalid } from "../problem.ts";
import type { WrittenBuild } from "../shape.ts";
import type { Rule } from "./rule.ts";

/** The oldest Python that the SDK runs on. */
const OLDEST_PYTHON = 8;
const OLDEST_CUDA = 11;

type BuildRule = (build: WrittenBuild) => readonly Finding[];

const buildRules: readonly BuildRule[] = [
  ({ python_version: version }) => (version ? pythonVersion(version) : []),
  ({ python_packages: packages, python_requirements: file }) =>
    packages?.length && file
      ? [invalid("build", undefined, "only one of python_packages or python_requirements can be set")]
      : [],
  ({ cuda }) => (cuda ? cudaVersion(cuda) : []),
  ({ sdk_version: version }) =>
    version && version !== "prerelease" && !/^\d+(\.\d+)*([-.+]?\w+)*$/.test(version)
      ? [invalid("build.sdk_version", version, "must be a release, as in 0.18.0, or prerelease")]
      : [],
  ({ cudnn, gpu }) =>
    cudnn && gpu && !/^\d+$/.test(cudnn) ? [invalid("build.cudnn", cudnn, "must be a major version, like 9")] : [],
];

export const versionRules: readonly Rule[] = buildRules.map(
  (rule): Rule =>
    ({ build }) =>
      rule(build ?? {}),
);

function pythonVersion(version: string): readonly Finding[] {
  const wrong = (message: string) => [invalid("build.python_version", version, message)];
  const [major = "", minor, patch, ...more] = version.split(".");
  if (!/^\d+$/.test(major)) return wrong("the major version must be a number, as in 3.12");
  if (minor === undefined) return wrong("must have major and minor version, as in 3.12");
  if (!/^\d+$/.test(minor)) return wrong("the minor version must be a number, as in 3.12");
  if (more.length > 0 || (patch !== undefined && !/^\d+([a-z]+\d*)?$/.test(patch)))
    return wrong("must be MAJOR.MINOR or MAJOR.MINOR.PATCH, as in 3.12 or 3.12.1");
  if (Number(major) < 3 || (major === "3" && Number(minor) < OLDEST_PYTHON))
    return wrong(`minimum supported Python version is 3.${OLDEST_PYTHON}`);
  return [];
}

function cudaVersion(version: string): readonly Finding[] {
  const wrong = (message: string) => [invalid("build.cuda", version, message)];
  const [major = "", minor] = version.split(".");
  if (!/^\d+$/.test(major) || minor === undefined)
    return wrong("CUDA version must have major and minor version, as in 12.4");
  if (!/^\d+$/.test(minor)) return wrong("the minor part of the CUDA version must be a number, as in 12.4");
  return Number(major) < OLDEST_CUDA ? wrong(`minimum supported CUDA version is ${OLDEST_CUDA}`) : [];
}
