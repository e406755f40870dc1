/** `WWW-Authenticate`: what a registry wants to know before it answers. */

export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      readonly realm: string;
      readonly service: string | undefined;
      /** What the refused request would have needed. */
      readonly scopes: readonly string[];
    };

const PARAMETER = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** Undefined when it asks for nothing that we can give. */
export function parseChallenge(header: string | null): Challenge | undefined {
  if (header === null) return undefined;
  const bearer = /(?:^|,)\s*bearer\s+(?=[a-z_]+\s*=)/i.exec(header);
  if (bearer !== null) {
    const parameters = new Map(
      [...header.slice(bearer.index + bearer[0].length).matchAll(PARAMETER)].map(
        ([, name = "", quoted, plain]): [string, string] => [
          name.toLowerCase(),
          quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "",
        ],
      ),
    );
    const realm = parameters.get("realm");
    if (realm !== undefined && isEndpoint(realm)) {
      const scopes = (parameters.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
      return { scheme: "bearer", realm, service: parameters.get("service"), scopes };
    }
  }
  return /(?:^|,)\s*basic(?:\s|$)/i.test(header) ? { scheme: "basic" } : undefined;
}

/** Something that `fetch` takes. */
function isEndpoint(realm: string): boolean {
  if (!URL.canParse(realm)) return false;
  const { protocol, username, password } = new URL(realm);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}
