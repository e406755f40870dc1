/**
 * Who may use the playground: it passes requests on to any address, so only the person at this machine may, and no page
 * of another site on their behalf. Pure.
 */

export interface Caller {
  readonly address: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`: what the browser says of the page that asks. */
  readonly site: string | undefined;
}

/** Why this caller is refused; undefined when it is not. */
export function refusalOf({ address, host, origin, site }: Caller): string | undefined {
  if (!isLoopbackAddress(address)) return "the playground answers only this machine";
  // A name that somebody else made point to this machine.
  if (!isLoopbackHost(host)) return "the playground answers only at localhost";
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`)
    return "the playground answers no page of another origin";
  if (site === "cross-site") return "the playground answers no page of another site";
  return undefined;
}

function isLoopbackAddress(address: string | undefined): boolean {
  const plain = address?.replace(/^::ffff:/, "");
  return plain === "::1" || (plain?.startsWith("127.") ?? false);
}

function isLoopbackHost(host: string | undefined): boolean {
  const name = host?.replace(/:\d+$/, "").toLowerCase() ?? "";
  return name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
}
