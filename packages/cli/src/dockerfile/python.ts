/** How Python packages are installed. The download cache stays outside the image. */
import type { BuildPlan } from "#plan";
import type { Instruction, Mount } from "./instruction.ts";
import { reproducible } from "./layer.ts";

/** /media exists in every base; a mount point that did not would stay in the layer. */
export const PIP_CACHE: Mount = { type: "cache", id: "cog-pip", target: "/media" };

export function pip(command: string): string {
  return `PIP_CACHE_DIR=/media/pip python -m pip ${command}`;
}

/** @param packages what to install, as pip and uv both take it */
export function install(packages: string, installer: BuildPlan["installer"]): string {
  switch (installer) {
    case "pip":
      return pip(`install --no-compile ${packages}`);
    case "uv":
      return uvInstall(packages);
    case "auto":
      return `if uv=$(command -v uv); then ${withUv(packages)}; else ${pip(`install --no-compile ${packages}`)}; fi`;
  }
}

/**
 * uv comes from the base image or from the package index, into the cache: the image does not keep it.
 * By itself uv takes a package from the first index that has its name, pip looks at all of them.
 */
function uvInstall(packages: string): string {
  const fetch = `${pip("install -q --no-compile --upgrade --target /media/uv uv")} && uv=/media/uv/bin/uv`;
  return `{ uv=$(command -v uv) || { ${fetch}; }; } && ${withUv(packages)}`;
}

function withUv(packages: string): string {
  return `UV_CACHE_DIR=/media/uv-cache UV_LINK_MODE=copy "$uv" pip install --system --index-strategy unsafe-best-match ${packages}`;
}

/**
 * With --strip, an install that takes debug symbols out of what it installed, where the base image has the tool.
 * CPython's own naming marks modules that nobody strips safely.
 */
export function stripped(command: string, strip: boolean): string {
  if (!strip) return command;
  const modules = `find ${SITE_PACKAGES} -type f -name '*python*.so' -not -name '*cpython*.so'`;
  return `${command} && { ! command -v strip >/dev/null || ${modules} -exec strip -S {} +; }`;
}

/** Installers note in the image where a package came from, with the token that its address may hold. */
export function hidingOrigins(command: string, { hideOrigins }: Pick<BuildPlan, "hideOrigins">): string {
  return hideOrigins === undefined ? command : `{ ${command}; } && python /mnt/${hideOrigins}`;
}

/** Every package the image's Python sees. */
export const SITE_PACKAGES = `$(python -c "import sysconfig; print(sysconfig.get_path('purelib'))")`;

/**
 * Byte code that Python never compares with its source, so that no time is in it. The fixed seed keeps the order of
 * sets in it. Files that do not compile (templates, tests of other Pythons) are nobody's mistake.
 */
export function compiled(directories: string): Instruction {
  return {
    kind: "run",
    mounts: [],
    command: reproducible(
      `PYTHONHASHSEED=0 python -m compileall -q -f --invalidation-mode unchecked-hash ${directories} >/dev/null || true`,
    ),
    origin: { kind: "cog", what: "compiling Python files" },
  };
}
