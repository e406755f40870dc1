/** Docker's `config.json`: where credentials are kept, in the clear or by a helper. What we do not know in it stays. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Storable, storeWithHelper } from "./credential-helper.ts";
import { RegistryError } from "./errors.ts";
import { credentialKey, isDockerHub } from "./reference.ts";

/** Where they are now: in a file, as text that everybody who can read it can use, or with a helper. */
export type Kept = { readonly by: "file"; readonly file: string } | { readonly by: "helper"; readonly helper: string };

/** @param directory `~/.docker`, or what DOCKER_CONFIG says */
export async function storeCredentials(
  directory: string,
  host: string,
  credentials: Storable,
  { signal }: { readonly signal: AbortSignal },
): Promise<Kept> {
  const file = join(directory, "config.json");
  const config = readDockerConfig(file);
  const key = credentialKey(host);
  const helper = helperOf(host, member(config, "credHelpers")) ?? text(config["credsStore"]);
  if (helper !== undefined) await storeWithHelper(helper, key, credentials, { signal });
  // With a helper the entry says only that there is something to ask for; an older password must not stay.
  const entry = helper === undefined ? plainEntry(credentials) : {};
  write(file, { ...config, auths: { ...member(config, "auths"), [key]: entry } });
  return helper === undefined ? { by: "file", file } : { by: "helper", helper: `docker-credential-${helper}` };
}

/** People name Docker Hub there in more than one way. */
export function helperOf(host: string, helpers: JsonObject | undefined): string | undefined {
  const names = isDockerHub(host) ? [credentialKey(host), "index.docker.io", host] : [host];
  return names.map((name) => text(helpers?.[name])).find((helper) => helper !== undefined);
}

function plainEntry(credentials: Storable): JsonObject {
  if (credentials.kind === "identity") return { identitytoken: credentials.token };
  const { username, password } = credentials;
  return { auth: Buffer.from(`${username}:${password}`).toString("base64") };
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Empty where there is none. */
export function readDockerConfig(file: string): JsonObject {
  if (!existsSync(file)) return {};
  try {
    const config: unknown = JSON.parse(readFileSync(file, "utf8").trim() || "{}");
    if (typeof config === "object" && config !== null && !Array.isArray(config)) return config as JsonObject;
  } catch (error) {
    // The parser's message quotes the text, which holds passwords.
    const reason = error instanceof SyntaxError ? "it is not JSON" : error instanceof Error ? error.message : "";
    throw new RegistryError("docker-config", `Cannot read ${file}: ${reason}`);
  }
  throw new RegistryError("docker-config", `Cannot read ${file}: it is not a JSON object`);
}

/** All of it or nothing, and for nobody else's eyes. A link stays one. */
function write(file: string, config: JsonObject): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const scratch = `${target}.${process.pid}`;
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    writeFileSync(scratch, `${JSON.stringify(config, null, "\t")}\n`, { mode: 0o600 });
    chmodSync(scratch, 0o600);
    renameSync(scratch, target);
  } catch (error) {
    rmSync(scratch, { force: true });
    throw new RegistryError("docker-config", `Cannot write ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

export function member(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name];
  return typeof value === "object" && value !== null ? (value as JsonObject) : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
