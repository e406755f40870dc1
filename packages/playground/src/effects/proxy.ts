/** Requests to the model's server, by way of the playground's own. */
import { isJsonObject } from "@cog/core/json";

export interface ProxyRequest {
  readonly target: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export async function askModel({ target, path, signal, headers, ...init }: ProxyRequest): Promise<Response> {
  return await fetch(`proxy${path}`, {
    ...init,
    headers: { ...headers, "X-Cog-Target": target },
    signal: signal ?? null,
    cache: "no-store",
    redirect: "manual",
  });
}

/** As the model's server sent them, before the way here changed some. */
export function headersOf(response: Response): Readonly<Record<string, string>> {
  const told = response.headers.get("X-Cog-Upstream-Headers");
  const own = told === null ? undefined : headersIn(told);
  return own ?? Object.fromEntries(response.headers);
}

function headersIn(told: string): Readonly<Record<string, string>> | undefined {
  try {
    const bytes = Uint8Array.from(atob(told.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const headers: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isJsonObject(headers)) return undefined;
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  } catch {
    return undefined;
  }
}

/** What an answer that is no success says, in one line. */
export async function refusalIn(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    const said = isJsonObject(body) ? (body["error"] ?? body["detail"]) : undefined;
    if (typeof said === "string") return said;
  } catch {
    // not JSON: shown as it is
  }
  return text.slice(0, 200) || `the server answered with status ${response.status}`;
}
