/** Whether Docker's daemon is on another machine, where it has other files and other ports than we do. */
import { docker } from "./command.ts";

/** The name of that machine; undefined when the daemon is on this one, or does not say where it is. */
export async function remoteDaemon(options: { readonly signal: AbortSignal }): Promise<string | undefined> {
  // The context of DOCKER_HOST, DOCKER_CONTEXT or `docker context use`: docker itself knows which of them counts.
  const words = ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"];
  const { exitCode, stdout } = await docker(words, options);
  return exitCode === 0 ? remoteHost(stdout.trim()) : undefined;
}

/** @param address as in DOCKER_HOST: `tcp://build.example.com:2376` */
export function remoteHost(address: string): string | undefined {
  const parts = /^(?:tcp|https?|ssh):\/\/(?:[^/@]*@)?(?<host>\[[^\]]+\]|[^:/]*)/.exec(address)?.groups;
  const host = parts?.["host"]?.replace(/^\[|\]$/g, "");
  const isHere = host === undefined || host === "" || /^(localhost|127\.[\d.]+|::1|0\.0\.0\.0|::)$/i.test(host);
  return isHere ? undefined : host;
}
