/** What an answer that is not the hoped for one means: by its status, and by what the registry says in it. */
import { STATUS_CODES } from "node:http";
import { MissingBlobsError, RegistryError } from "./errors.ts";
import { isTemporary, retryAfterMs } from "./retry.ts";
import type { Answer, AnswerHead } from "./transport.ts";

export interface Asked {
  readonly host: string;
  readonly repository: string;
  /** What was asked for, as one would say it: `blob sha256:…`, `tag v1`. */
  readonly what?: string;
  readonly toPush?: boolean;
}

export function refusalOf(answer: Answer, { host, repository, what = "it", toPush = false }: Asked): RegistryError {
  const said = saidIn(answer);
  const words = said.map(({ code, message }) => message || code).join("; ");
  const because = words === "" ? statusText(answer.status) : words;
  const has = (code: string) => said.some((one) => one.code === code);
  if (has("MANIFEST_BLOB_UNKNOWN") || has("BLOB_UNKNOWN_TO_REGISTRY"))
    return new MissingBlobsError(`${host} lacks what ${what} is made of: ${because}`, said.flatMap(digestsOf));
  switch (answer.status) {
    case 401:
      return new RegistryError("unauthorized", `${host} does not know this user and password`);
    case 403:
      return new RegistryError("denied", `${host} does not let this user ${toPush ? "push to" : "read"} ${repository}`);
    case 404:
      if (has("NAME_UNKNOWN"))
        return new RegistryError("unknown-repository", `${host} has no repository ${repository}`);
      return said.length > 0
        ? new RegistryError("not-found", `${host}/${repository} has no ${what}: ${because}`)
        : new RegistryError("not-a-registry", `${host} does not answer like a registry (status 404)`);
    case 413:
      return new RegistryError(
        "too-large",
        `${host}, or a proxy before it, does not take a body of this size: ${what}`,
      );
    default:
      return answer.status >= 400 && answer.status < 500
        ? new RegistryError("refused", `${host} refuses ${what}: ${because}`)
        : new RegistryError("unreachable", `${host} answered with ${statusText(answer.status)}`);
  }
}

/** An answer that says: not now. */
export function busyError(answer: Answer | AnswerHead, host: string): RegistryError | undefined {
  if (!isTemporary(answer.status)) return undefined;
  const words = "bytes" in answer ? saidIn(answer).map(({ message }) => message) : [];
  const said = words.length > 0 ? `: ${words.join("; ")}` : "";
  return new RegistryError("unreachable", `${host} answered with ${statusText(answer.status)}${said}`, {
    temporary: { retryAfterMs: retryAfterMs(answer.headers.get("retry-after")) },
  });
}

/** `HTTP 502 Bad Gateway` */
function statusText(status: number): string {
  return `HTTP ${status} ${STATUS_CODES[status] ?? ""}`.trimEnd();
}

export function saysCode(answer: Answer, code: string): boolean {
  return saidIn(answer).some((one) => one.code === code);
}

interface Said {
  readonly code: string;
  readonly message: string;
  readonly detail: unknown;
}

/** `{"errors": [{"code", "message", "detail"}]}`, from a server that we do not know. */
function saidIn(answer: Answer): Said[] {
  try {
    const body = JSON.parse(answer.text()) as { readonly errors?: unknown } | null;
    const errors: unknown[] = Array.isArray(body?.errors) ? body.errors : [];
    return errors.map((error) => {
      const { code, message, detail } = (error ?? {}) as Record<string, unknown>;
      return { code: String(code ?? ""), message: String(message ?? ""), detail };
    });
  } catch {
    // A proxy's page, or nothing.
    return [];
  }
}

function digestsOf({ detail }: Said): string[] {
  return JSON.stringify(detail ?? "").match(/\bsha(?:256|512):[0-9a-f]{64,}/g) ?? [];
}
