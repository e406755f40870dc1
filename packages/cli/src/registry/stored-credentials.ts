/** Credentials that somebody stored: by `cog login`, `docker login` or `podman login`, in a file or with a helper. */
import type { Credentials } from "./auth.ts";
import { askHelper } from "./credential-helper.ts";
import { helperOf, type JsonObject, member, readDockerConfig, text } from "./docker-config.ts";
import { credentialKey, type Reference, registryHost } from "./reference.ts";

export interface StoredCredentials {
  readonly credentials: Credentials;
  /** The file, or the helper, that has them. */
  readonly from: string;
}

/**
 * The first of the files (`config.json`, `auth.json`) that knows the registry, or this repository of it.
 * @throws RegistryError when a file cannot be read, or a helper cannot be asked
 */
export async function storedCredentials(
  { host, repository }: Pick<Reference, "host" | "repository">,
  { files, signal }: { readonly files: readonly string[]; readonly signal: AbortSignal },
): Promise<StoredCredentials | undefined> {
  for (const file of files) {
    const config = readDockerConfig(file);
    const helper = helperOf(host, member(config, "credHelpers")) ?? text(config["credsStore"]);
    if (helper !== undefined) {
      const credentials = await askHelper(helper, credentialKey(host), { signal });
      if (credentials !== undefined) return { credentials, from: `docker-credential-${helper}` };
    }
    const credentials = entryFor({ host, repository }, member(config, "auths") ?? {});
    if (credentials !== undefined) return { credentials, from: file };
  }
  return undefined;
}

/** Podman keeps credentials of a part of a registry, too: the longest name that fits counts. */
function entryFor({ host, repository }: Pick<Reference, "host" | "repository">, auths: JsonObject) {
  const wanted = `${host}/${repository}/`;
  const fitting = Object.keys(auths)
    .map((key) => ({ key, name: nameOf(key) }))
    .filter(({ name }) => name !== undefined && wanted.startsWith(`${name}/`))
    .sort((a, b) => (b.name?.length ?? 0) - (a.name?.length ?? 0));
  return fitting
    .map(({ key }) => credentialsIn(member(auths, key) ?? {}))
    .find((credentials) => credentials !== undefined);
}

/** `https://index.docker.io/v1/` → `docker.io`; undefined for what names no registry. */
function nameOf(key: string): string | undefined {
  const [first = "", ...rest] = key.replace(/^https?:\/\//, "").split("/");
  const path = rest.filter((part) => part !== "" && !/^v[12]$/.test(part));
  try {
    return [registryHost(first), ...path].join("/");
  } catch {
    // Written by hand, and meant for nobody: it must not keep the others from being found.
    return undefined;
  }
}

function credentialsIn(entry: JsonObject): Credentials | undefined {
  const identity = text(entry["identitytoken"]);
  if (identity !== undefined) return { kind: "identity", token: identity };
  const token = text(entry["registrytoken"]);
  if (token !== undefined) return { kind: "registry-token", token };
  const [username = "", ...rest] = Buffer.from(text(entry["auth"]) ?? "", "base64")
    .toString("utf8")
    .split(":");
  // A password may hold colons; some old clients end it with a zero byte.
  const password = rest.join(":").replace(/\0+$/, "");
  return username === "" ? undefined : { kind: "password", username, password };
}
