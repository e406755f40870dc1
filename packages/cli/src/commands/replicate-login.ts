/** Replicate's registry knows people by tokens: it says where to get one, and whose one is. */
import { UnavailableError, UserError } from "@cog/core/errors";
import type { Credentials, Transport } from "#registry";
import { askSecret, canAsk, openOnDesktop, waitForEnter } from "#ui";
import type { CommandContext } from "./command.ts";

export const REPLICATE = "r8.im";

export interface ReplicateLoginOptions {
  /** Where people get a token. */
  readonly page: string;
  /** Read from stdin; absent: ask. */
  readonly token: string | undefined;
  readonly transport: Transport;
  readonly context: CommandContext;
}

/** The page with somebody's token; undefined when the host is not a registry of this kind. */
export async function tokenPage(
  host: string,
  { transport, signal }: { readonly transport: Transport; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const answer = await transport.send(transport.urlOf(host, "/cog/v1/display-token-url"), { signal });
  const url = answer.status === 200 ? member(answer.text(), "url") : undefined;
  return url !== undefined && URL.canParse(url) ? url : undefined;
}

export async function replicateLogin(
  host: string,
  { page, token, transport, context }: ReplicateLoginOptions,
): Promise<Extract<Credentials, { readonly kind: "password" }>> {
  const password = (token ?? (await askForToken(host, page, context))).trim();
  checkToken(password, page);
  const answer = await transport.send(transport.urlOf(host, "/cog/v1/verify-token"), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token: password }).toString(),
    signal: context.signal,
  });
  if (answer.status === 404) throw new UserError("login.unknown_user", "user does not exist");
  const username = answer.status === 200 ? member(answer.text(), "username") : undefined;
  if (username === undefined) {
    throw new UnavailableError("login.not_verified", `${host} could not verify the token (status ${answer.status})`);
  }
  return { kind: "password", username, password };
}

/** What is wrong with it at first sight. */
export function checkToken(token: string, page = "the page that 'cog login' opens"): void {
  if (token.trim() === "") throw new UserError("login.empty", "token is empty");
  if (!token.trim().startsWith("r8_")) return;
  throw new UserError("login.api_token", "that looks like a Replicate API token, not a CLI auth token", {
    hint: `Get the token for the command line at ${page}`,
  });
}

async function askForToken(host: string, page: string, { report, signal }: CommandContext): Promise<string> {
  if (!canAsk()) {
    throw new UserError("login.no_terminal", `cannot ask for the token of ${host}: this is no terminal`, {
      hint: `Get the token at ${page} and pipe it in: cog login${host === REPLICATE ? "" : ` --registry ${host}`} --token-stdin`,
    });
  }
  report.info("This command logs Docker and Cog in to Replicate's registry. You need an authentication token for it.");
  await waitForEnter(`Hit enter to get started. A browser will open with ${page}`, { signal });
  openOnDesktop(page);
  report.info(`If it did not open, visit ${page}`);
  return await askSecret("Token: ", { signal, check: (answer) => (answer === "" ? "token is empty" : undefined) });
}

/** A text in an answer, if it is there. */
function member(body: string, name: string): string | undefined {
  try {
    const value = (JSON.parse(body) as Record<string, unknown> | null)?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  } catch {
    return undefined; // not JSON
  }
}
