/**
 * The programs that build and keep images. Docker and Podman run containers too, and take the same words for it; Buildah
 * only builds. What differs between them is in this folder; everything outside says "docker" and hands the tool on.
 */
export type ContainerTool = "docker" | "podman" | "buildah";

/** Those that also run containers. */
export type ContainerEngine = Exclude<ContainerTool, "buildah">;

export interface ToolOptions {
  /** Docker, when it is not said. */
  readonly tool?: ContainerTool;
}

export const TOOL_NAMES: Readonly<Record<ContainerTool, string>> = {
  docker: "Docker",
  podman: "Podman",
  buildah: "Buildah",
};

/** What makes each say that it is well, and nothing else. */
export const PING: Readonly<Record<ContainerTool, readonly string[]>> = {
  docker: ["version", "--format", "{{.Server.Version}}"],
  podman: ["info", "--format", "{{.Host.Arch}}"],
  buildah: ["info"],
};

/** What to say when the disk that images are kept on is full. */
export const MAKE_ROOM: Readonly<Record<ContainerTool, string>> = {
  docker: "'docker system df' shows what takes it; 'docker builder prune' and 'docker image prune' give it back.",
  podman: "'podman system df' shows what takes it; 'podman system prune' gives it back.",
  buildah: "'buildah images' shows what takes it; 'buildah prune' gives it back.",
};

/**
 * Docker takes a short name from Docker Hub. The others take it from where the machine's settings say, or from nowhere;
 * an image is the same whoever builds on it.
 */
export function qualifiedName(image: string): string {
  const [first = "", ...rest] = image.split("/");
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}
