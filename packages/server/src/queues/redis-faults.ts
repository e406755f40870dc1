/** Why Redis refuses, by the names it has for that, and what to do about it. */

export interface RedisFault {
  readonly name: string;
  readonly hint?: string;
  /** It may work later, without anybody changing the job. */
  readonly passes: true;
}

const HINTS: Readonly<Record<string, string | undefined>> = {
  NOAUTH: "it wants a password: redis://:PASSWORD@HOST:PORT/0",
  WRONGPASS: "the user or the password in the URL is wrong",
  NOPERM: "the user in the URL may not run this command",
  READONLY: "this is a replica that takes no writes: name the primary",
  OOM: "its memory is full: see maxmemory",
  MISCONF: "it cannot save to its disk",
  LOADING: undefined,
  MASTERDOWN: undefined,
  BUSY: undefined,
  TRYAGAIN: undefined,
  CLUSTERDOWN: undefined,
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ECONNRESET: undefined,
  EPIPE: undefined,
  ETIMEDOUT: undefined,
  EHOSTUNREACH: undefined,
  ENETUNREACH: undefined,
};

/** Undefined: Redis is there, and what it was told is wrong. */
export function redisFault(error: Error): RedisFault | undefined {
  const code: unknown = "code" in error ? error.code : undefined;
  const name = [code, /^(?:Ready check failed: )?([A-Z]+)\b/.exec(error.message)?.[1]].find(
    (one): one is string => typeof one === "string" && Object.hasOwn(HINTS, one),
  );
  if (name !== undefined) {
    const hint = HINTS[name];
    return hint === undefined ? { name, passes: true } : { name, hint, passes: true };
  }
  // What the client says when a connection ends before the answer.
  const ended = error.name === "AbortError" || /connection|socket|timeout/i.test(error.message);
  return ended ? { name: "connection", passes: true } : undefined;
}
