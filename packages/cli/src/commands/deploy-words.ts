/** Values of the flags of `cog deploy`: words → values, or undefined for what is none. */
import type { GpuWish, Memory, RedisAddress, SecretKey, Span, Variable } from "#deploy";

/** `3`, `1..8` */
export function readReplicas(text: string): Span<number> | undefined {
  const [, least, most] = /^(\d{1,5})(?:\.\.(\d{1,5}))?$/.exec(text) ?? [];
  if (least === undefined) return undefined;
  const span = { least: Number(least), most: Number(most ?? least) };
  return span.least <= span.most && span.most > 0 ? span : undefined;
}

/** `2`, `mig-1g.10gb`, `mig-1g.10gb=2`, `amd.com/gpu=1` */
export function readGpu(text: string): GpuWish | undefined {
  if (/^\d{1,3}$/.test(text)) return { resource: "nvidia.com/gpu", count: Number(text) };
  const [, maker = "nvidia.com/", name, count = "1"] =
    /^([a-z0-9.-]+\/)?([a-zA-Z][\w.-]*)(?:=(\d{1,3}))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { resource: `${maker}${name}`, count: Number(count) };
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** `512Mi`, `8Gi`, `1.5G` */
export function readMemory(text: string): Memory | undefined {
  const [, number = "0", unit = ""] = /^(\d{1,15}(?:\.\d{1,3})?)([kMGT]|[KMGT]i)?$/.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit] ?? 0);
  return bytes > 0 ? { text, bytes } : undefined;
}

/** `8Gi`, `4Gi..8Gi` */
export function readMemorySpan(text: string): Span<Memory> | undefined {
  const [first = "", second = first, ...more] = text.split("..");
  const [least, most] = [readMemory(first), readMemory(second)];
  if (least === undefined || most === undefined || more.length > 0) return undefined;
  return least.bytes <= most.bytes ? { least, most } : undefined;
}

/** `1`, `500m`, `1..4`: without a second one there is no limit, which would only slow the model down. */
export function readCpu(text: string): { readonly least: string; readonly most: string | undefined } | undefined {
  const [least = "", most, ...more] = text.split("..");
  const isCpu = (amount: string) => /^(\d{1,4}(\.\d{1,3})?|[1-9]\d{0,6}m)$/.test(amount);
  return more.length === 0 && isCpu(least) && (most === undefined || isCpu(most)) ? { least, most } : undefined;
}

/** `my-secret/token` */
export function readSecretKey(text: string): SecretKey | undefined {
  const [, secret, key] = /^([a-z0-9][a-z0-9.-]*)\/([\w.-]+)$/.exec(text) ?? [];
  return secret === undefined || key === undefined ? undefined : { secret, key };
}

/** `HF_TOKEN=my-secret/token` */
export function readSecretVariable(text: string): Variable | undefined {
  const { name, value } = assignment(text) ?? {};
  const secret = value === undefined ? undefined : readSecretKey(value);
  return name === undefined || secret === undefined ? undefined : { name, secret };
}

/** `NAME=VALUE` */
export function assignment(text: string): { readonly name: string; readonly value: string } | undefined {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : { name, value };
}

/** `redis://host`, `rediss://user@host:6380/2`. A password is none of a manifest's business. */
export function readRedis(text: string): RedisAddress | "password" | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search } = new URL(text);
  const [, database = "0"] = /^(?:\/(\d{1,3})?)?$/.exec(pathname) ?? ["", undefined];
  if (!/^rediss?:$/.test(protocol) || hostname === "" || search !== "") return undefined;
  if (!/^\/?(\d{1,3})?$/.test(pathname)) return undefined;
  if (password !== "") return "password";
  const address = { host: hostname, port: port === "" ? 6379 : Number(port), database: Number(database) };
  return { tls: protocol === "rediss:", user: username, ...address };
}

export function isDnsLabel(text: string): boolean {
  return /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
}

const SECRET_NAME = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS|(API|ACCESS|PRIVATE|SECRET)_?KEY)$/i;

/** A name whose value belongs into a secret, or a value that has a password in it. */
export function looksSecret({ name, value }: { readonly name: string; readonly value: string }): boolean {
  return value !== "" && (SECRET_NAME.test(name) || /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*:[^/?#@]+@/i.test(value));
}
