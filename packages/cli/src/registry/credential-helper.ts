/** `docker-credential-NAME`: programs that keep credentials in a keychain. Argument: what to do; stdin: with what. */
import { execa } from "execa";
import type { Credentials } from "./auth.ts";
import { RegistryError } from "./errors.ts";

/** What somebody logs in with. */
export type Storable = Exclude<Credentials, { readonly kind: "registry-token" }>;

/** What helpers call the user when the secret is a refresh token. */
const IDENTITY_USER = "<token>";

/** Undefined when it keeps nothing for this key. */
export async function askHelper(
  helper: string,
  key: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  const { exitCode, code, stdout, stderr } = await execa(program, ["get"], {
    input: key,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (exitCode === 0) return credentialsOf(stdout, program);
  if (/credentials not found/i.test(stdout + stderr)) return undefined;
  const why = code === "ENOENT" ? "there is no such program on the PATH" : (stderr || stdout).trim();
  throw new RegistryError("credential-helper", `${program} could not be asked for credentials: ${why}`);
}

function credentialsOf(answer: string, program: string): Credentials | undefined {
  let said: { readonly Username?: unknown; readonly Secret?: unknown };
  try {
    said = JSON.parse(answer) as typeof said;
  } catch {
    // What it said instead may hold the secret.
    throw new RegistryError("credential-helper", `${program} did not answer with JSON`);
  }
  const { Username: username, Secret: secret } = said;
  if (typeof secret !== "string" || secret === "") return undefined;
  if (username === IDENTITY_USER) return { kind: "identity", token: secret };
  return { kind: "password", username: String(username ?? ""), password: secret };
}

export async function storeWithHelper(
  helper: string,
  key: string,
  credentials: Storable,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const program = `docker-credential-${helper}`;
  const [username, secret] =
    credentials.kind === "password" ? [credentials.username, credentials.password] : [IDENTITY_USER, credentials.token];
  const { exitCode, code, stdout, stderr } = await execa(program, ["store"], {
    input: JSON.stringify({ ServerURL: key, Username: username, Secret: secret }),
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (exitCode === 0) return;
  // Helpers tell their errors on stdout; what they run, on stderr. Neither repeats the secret, but a broken one might.
  const said = [stderr, stdout].map((text) => text.replaceAll(secret, "***").trim()).filter((text) => text !== "");
  const why =
    code === "ENOENT" ? "there is no such program on the PATH" : said.join("\n") || `it ended with ${exitCode}`;
  throw new RegistryError("credential-helper", `${program} could not store the credentials: ${why}`);
}
