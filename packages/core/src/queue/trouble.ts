/** What Redis, or the way to it, said → what is wrong, and what to do. */

export interface RedisTrouble {
  readonly problem: string;
  readonly hint: string;
}

const BY_NAME: Readonly<Record<string, (said: string) => RedisTrouble>> = {
  NOAUTH: () => ({
    problem: "it wants a password (NOAUTH)",
    hint: "Write it into the URL: redis://:PASSWORD@HOST:PORT",
  }),
  WRONGPASS: () => ({
    problem: "it does not know this user and password (WRONGPASS)",
    hint: "Correct them in the URL.",
  }),
  NOPERM: (said) => ({ problem: said, hint: "Give this user of Redis the command, in its ACL." }),
  READONLY: () => ({
    problem: "it is a replica, which takes no writes (READONLY)",
    hint: "Name the primary of this Redis.",
  }),
  LOADING: () => ({ problem: "it is loading its data (LOADING)", hint: "Try again in a moment." }),
  OOM: () => ({ problem: "its memory is full (OOM)", hint: "Give it more memory, or remove what is not needed." }),
  WRONGTYPE: () => ({
    problem: "the key of this queue holds something that is no stream (WRONGTYPE)",
    hint: "Name another queue.",
  }),
};

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the name of the host could not be looked up",
  ETIMEDOUT: "it does not answer",
  ECONNRESET: "it closed the connection",
  EHOSTUNREACH: "there is no way to it",
};

/** @param said the message of the error; @param code the system's name of it, where it has one */
export function redisTrouble(said: string, code: string | undefined): RedisTrouble {
  const name = /^(?:ReplyError: )?([A-Z]+)\b/.exec(said)?.[1] ?? "";
  const byName = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (byName !== undefined) return byName(said);
  const reason = code === undefined || !Object.hasOwn(UNREACHABLE, code) ? undefined : UNREACHABLE[code];
  return {
    problem: reason === undefined ? said : `${reason} (${code})`,
    hint: "Check the URL, and that Redis runs.",
  };
}
