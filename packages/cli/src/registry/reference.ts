/** `HOST/REPOSITORY:TAG@DIGEST`, as Docker reads it, and the several names of Docker Hub. */
import { RegistryError } from "./errors.ts";

export interface Reference {
  readonly host: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** The text names no host: it is Docker Hub's by default only. */
  readonly hostIsDefault: boolean;
}

export const DOCKER_HUB = "docker.io";
const HUB_NAMES = new Set([DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** @throws RegistryError naming the part that cannot be */
export function parseReference(text: string): Reference {
  const wrong = (why: string) => new RegistryError("invalid-reference", `"${text}" is not an image reference: ${why}`);
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const hostIsDefault = !/[.:]|^localhost$/.test(first);
  const path = hostIsDefault ? named : named.slice(slash + 1);
  const colon = path.indexOf(":");
  const name = colon < 0 ? path : path.slice(0, colon);
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  const host = hostIsDefault ? DOCKER_HUB : registryHost(first);
  const repository = isDockerHub(host) && !name.includes("/") ? `library/${name}` : name;
  if (/[A-Z]/.test(name)) throw wrong("the repository must be in lower case");
  if (!REPOSITORY.test(name)) throw wrong("the repository may hold lower-case letters, digits and . _ - /");
  if (tag !== undefined && !TAG.test(tag)) throw wrong(`the tag "${tag}" is not valid`);
  if (digest !== undefined && !DIGEST.test(digest)) throw wrong(`the digest "${digest}" is not valid`);
  return {
    host,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    hostIsDefault,
  };
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?$/;

/** A host, with its port, as people write it: a scheme and a path are taken off. */
export function registryHost(text: string): string {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/, "");
  if (!HOST.test(host) || !URL.canParse(`https://${host}`)) {
    // People paste URLs, with the password in them.
    const shown = text.replace(/[^/]*@/, "****@");
    throw new RegistryError("invalid-reference", `"${shown}" is not the host of a registry`);
  }
  return HUB_NAMES.has(host) ? DOCKER_HUB : host;
}

export function isDockerHub(host: string): boolean {
  return HUB_NAMES.has(host);
}

/** Where the API of a registry is. */
export function apiHost(host: string): string {
  return isDockerHub(host) ? "registry-1.docker.io" : host;
}

/** The name under which Docker keeps the credentials of a registry. */
export function credentialKey(host: string): string {
  return isDockerHub(host) ? "https://index.docker.io/v1/" : host;
}
