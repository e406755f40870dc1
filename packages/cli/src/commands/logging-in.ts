/** `cog login`: asks who somebody is, has the registry check it, and keeps it where Docker does. */
import { readFileSync } from "node:fs";
import { parseConfig } from "@cog/core/config";
import { type CogError, type ErrorCode, UnavailableError, UserError } from "@cog/core/errors";
import { caCertificate } from "#build";
import { findProject } from "#project";
import {
  type Credentials,
  checkCredentials,
  type Kept,
  parseReference,
  RegistryError,
  type RegistryFailure,
  registryHost,
  storeCredentials,
  Transport,
} from "#registry";
import { ask, askSecret, canAsk } from "#ui";
import type { CommandContext } from "./command.ts";
import type { LoginFlags } from "./login.ts";
import { checkToken, REPLICATE, replicateLogin, tokenPage } from "./replicate-login.ts";
import { UsageError } from "./usage.ts";

type PasswordCredentials = Extract<Credentials, { readonly kind: "password" }>;

export async function logIn(flags: LoginFlags, context: CommandContext): Promise<void> {
  checkFlags(flags);
  try {
    await logInTo(registryOf(context), flags, context);
  } catch (error) {
    throw error instanceof RegistryError ? explain(error, context) : error;
  }
}

async function logInTo(host: string, flags: LoginFlags, context: CommandContext): Promise<void> {
  const { report, settings, signal } = context;
  const { insecureHosts, caCertificate: certificate, dockerConfig } = settings.registries;
  const transport = new Transport({ insecureHosts, certificates: caCertificate(certificate) });
  const given = await secretOnStdin(flags, context);
  // Known without asking anybody, on a machine without a network too.
  if (host === REPLICATE && flags.username === undefined && given !== undefined) checkToken(given);
  try {
    // Who gives a name speaks to an ordinary registry; otherwise the registry says whether it wants a token.
    const page = flags.username === undefined ? await tokenPage(host, { transport, signal }) : undefined;
    if (page === undefined && host === REPLICATE && flags.username === undefined)
      throw new UserError("login.not_replicate", `${host} is not the Replicate registry`);
    const credentials =
      page === undefined
        ? await userAndPassword(host, { flags, given }, context)
        : await replicateLogin(host, { page, transport, token: given, context });
    const answer = page === undefined ? await checkCredentials(host, { credentials, transport, signal }) : "accepted";
    if (answer === "open") report.warn(`${host} lets everybody in: it did not check the password.`);
    tellWhere(await storeCredentials(dockerConfig, host, credentials, { signal }), context);
    report.info(
      page === undefined
        ? `Login succeeded for ${host}`
        : `You've successfully authenticated as ${credentials.username}! You can now use the ${host} registry.`,
    );
  } finally {
    await transport.close();
  }
}

function checkFlags(flags: LoginFlags): void {
  if (flags["token-stdin"] && flags["password-stdin"])
    throw new UsageError("--token-stdin and --password-stdin read the same input: give one of them", "login");
  if (flags["password-stdin"] && flags.username === undefined)
    throw new UsageError("--password-stdin needs --username", "login");
  if (flags.username === "") throw new UserError("login.empty", "username cannot be empty");
}

/** `--registry`, COG_REGISTRY_HOST, the registry that cog.yaml's image goes to, r8.im. */
function registryOf({ global, settings, workingDirectory, report }: CommandContext): string {
  const named = global.registry ?? settings.registryHost;
  if (named !== undefined) return registryHost(named);
  const found = registryOfProject(workingDirectory);
  if (found === undefined) return REPLICATE;
  report.info(`Logging in to ${found.host}: cog.yaml names it in "${found.key}". --registry names another.`);
  return found.host;
}

/** A project that is not there, or wrong, names none: logging in needs no project. */
function registryOfProject(workingDirectory: string): { readonly host: string; readonly key: string } | undefined {
  try {
    const text = readFileSync(findProject(workingDirectory, "cog.yaml").configFile, "utf8");
    const { config } = parseConfig(text, { file: "cog.yaml" });
    const [key, image] = config?.model === undefined ? ["image", config?.image] : ["model", config.model];
    if (image === undefined) return undefined;
    const { host, hostIsDefault } = parseReference(image);
    return hostIsDefault ? undefined : { host, key };
  } catch (error) {
    if (error instanceof UserError || error instanceof RegistryError) return undefined;
    throw error;
  }
}

interface Said {
  readonly flags: LoginFlags;
  /** On stdin. */
  readonly given: string | undefined;
}

async function userAndPassword(
  host: string,
  { flags, given }: Said,
  context: CommandContext,
): Promise<PasswordCredentials> {
  const { signal, report } = context;
  if (given !== undefined && flags.username === undefined)
    throw new UsageError(`${host} wants a user too: give --username`, "login");
  if (given === undefined && !canAsk()) {
    throw new UserError("login.no_terminal", `cannot ask for the user and password of ${host}: this is no terminal`, {
      hint: `Pipe the password in: cog login --registry ${host} --username NAME --password-stdin`,
    });
  }
  if (given === undefined) report.info(`Log in to ${host}`);
  const check = (what: string) => (answer: string) => (answer === "" ? `${what} cannot be empty` : undefined);
  const username = flags.username ?? (await ask("Username: ", { signal, check: check("username") }));
  const password = given ?? (await askSecret("Password: ", { signal, check: check("password") }));
  if (password === "") throw new UserError("login.empty", "password cannot be empty");
  return { kind: "password", username, password };
}

/** The line end belongs to `echo`, not to the secret. */
async function secretOnStdin(flags: LoginFlags, { readStdin }: CommandContext): Promise<string | undefined> {
  if (!flags["token-stdin"] && !flags["password-stdin"]) return undefined;
  return (await readStdin()).replace(/^\uFEFF/, "").replace(/\r?\n$/, "");
}

function tellWhere(kept: Kept, { report }: CommandContext): void {
  if (kept.by === "helper") report.info(`Credentials stored with ${kept.helper}`);
  else report.warn(`The password is stored in ${kept.file}, readable by your user. A credential helper hides it.`);
}

const CODES = {
  unreachable: "registry.unreachable",
  "not-a-registry": "registry.not_a_registry",
  unauthorized: "registry.unauthorized",
  "unknown-repository": "registry.unknown_repository",
  denied: "registry.denied",
  "not-found": "registry.not_found",
  "too-large": "registry.too_large",
  refused: "registry.refused",
  corrupt: "registry.corrupt",
  "invalid-reference": "registry.invalid_reference",
  "docker-config": "registry.docker_config",
  "credential-helper": "registry.credential_helper",
} as const satisfies Readonly<Record<RegistryFailure, ErrorCode>>;

/** Of what can fail at a login. */
const HINTS: Readonly<Partial<Record<RegistryFailure, string>>> = {
  unreachable: "Check the name of the registry, the network and the proxy (HTTPS_PROXY, NO_PROXY, COG_CA_CERT).",
  "not-a-registry": "Name the host of a registry, like --registry ghcr.io.",
  unauthorized: "Check the user and the password; many registries want an access token as the password.",
  "unknown-repository": "Name another registry.",
  denied: "Ask whoever runs the registry for access.",
  "invalid-reference": "Name a host, like --registry ghcr.io.",
  "docker-config": "Correct the file, or let DOCKER_CONFIG name another directory.",
};

function explain(error: RegistryError, { settings }: CommandContext): CogError {
  const code = CODES[error.failure];
  const hint =
    error.failure === "credential-helper"
      ? helperHint(error.message, settings.registries.dockerConfig)
      : (HINTS[error.failure] ?? "");
  const details = { hint, cause: error.cause };
  if (error.failure === "unreachable") return new UnavailableError(code, error.message, details);
  return new UserError(code, error.message, details);
}

function helperHint(message: string, dockerConfig: string): string {
  if (/pass not initialized|password-store is empty|exit status 1.*pass/i.test(message))
    return "Initialise pass first: gpg --gen-key, then pass init KEY-ID.";
  return `The helper is named in ${dockerConfig}/config.json ("credsStore" or "credHelpers"): repair it, or take it out.`;
}
