/** `COG_INPUT_HOSTS`: the only places that file inputs may come from. */

/**
 * @param hosts `example.com`, `example.com:8080`, `*.example.com` (any below it), `s3://bucket`, `gs://bucket`; undefined: any
 */
export function isAllowedHost(url: string, hosts: readonly string[] | undefined): boolean {
  if (hosts === undefined) return true;
  const { protocol, hostname, host } = new URL(url);
  if (protocol === "http:" || protocol === "https:") {
    return hosts.some((entry) =>
      entry.startsWith("*.") ? hostname.endsWith(entry.slice(1)) : entry === hostname || entry === host,
    );
  }
  return hosts.includes(`${protocol}//${hostname}`);
}
