/** Which headers pass through the proxy, and how the page is told of the others. Pure. */

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Of one connection, not of the message. */
const CONNECTION = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "upgrade",
];

/** What the browser says of the person and of the page is nothing to the model, nor is what it says to us. */
const PRIVATE = ["authorization", "cookie", "origin", "referer", "x-cog-target", "host", "expect"];

/** With these a model would act on the playground's own origin. */
const TAKEN_FROM_MODELS = ["set-cookie", "clear-site-data", "service-worker-allowed"];

const LARGEST_HEADER_BYTES = 32 * 1024;

export function requestHeaders(headers: Headers): Record<string, string | string[]> {
  const kept = without(headers, [...CONNECTION, ...PRIVATE]);
  return Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith("sec-")));
}

export function responseHeaders(status: number, headers: Headers): Record<string, string | string[]> {
  const isRedirect = status >= 300 && status < 400;
  const dropped = [...CONNECTION, "transfer-encoding", ...TAKEN_FROM_MODELS, ...(isRedirect ? ["location"] : [])];
  const described = describedHeaders(headers);
  return {
    ...without(headers, dropped),
    "cache-control": "no-store",
    ...(described !== undefined && { "x-cog-upstream-headers": described }),
  };
}

/** The model's own headers as base64url of JSON; undefined where there are too many. */
function describedHeaders(headers: Headers): string | undefined {
  const plain = Object.entries(without(headers, ["set-cookie"])).map(([name, value]) => [name, String(value)]);
  const text = Buffer.from(JSON.stringify(Object.fromEntries(plain))).toString("base64url");
  return text.length <= LARGEST_HEADER_BYTES ? text : undefined;
}

function without(headers: Headers, names: readonly string[]): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !names.includes(name)) kept[name] = typeof value === "string" ? value : [...value];
  return kept;
}
