/** Before text of a user's reaches a log, a label or a message: the credentials in its URLs. */

/** Bounded, so that a long line without a URL is read once and not once from each of its words. */
const SCHEME = String.raw`\b([a-z][a-z0-9+.-]{0,24}):\/\/`;
const USER_INFO = new RegExp(`${SCHEME}([^\\s/?#"'\`]+)@`, "gi");
const QUERY = new RegExp(`${SCHEME}([^\\s?#"'\`]*)\\?([^\\s#"'\`]+)`, "gi");
/** A name of a variable is no secret; its value never gets here. */
const VARIABLES = /^(\$\{?\w+\}?:?)+$/;
/** Over these schemes the user's name is an account of the server's (`git@`), not a token. */
const ACCOUNT = /^(git\+)?ssh$/i;
const SECRET_NAME = /token|key|secret|pass|pwd|sig|auth|credential|session|jwt/i;
/** Shorter values (`download=true`) are worth reading, and no token is that short. */
const SECRET_LENGTH = 16;

/**
 * `https://me:token@example.com/simple` → `https://****@example.com/simple`, and
 * `https://example.com/a.whl?token=x&raw=1` → `https://example.com/a.whl?token=****&raw=1`
 */
export function withoutCredentials(text: string): string {
  return text
    .replace(USER_INFO, (all, scheme: string, user: string) => {
      if (VARIABLES.test(user) || (ACCOUNT.test(scheme) && !user.includes(":"))) return all;
      return `${scheme}://****@`;
    })
    .replace(QUERY, (_all, scheme: string, place: string, query: string) => {
      return `${scheme}://${place}?${query.split("&").map(withoutSecret).join("&")}`;
    });
}

function withoutSecret(parameter: string): string {
  const equals = parameter.indexOf("=");
  const name = parameter.slice(0, equals + 1);
  const value = parameter.slice(equals + 1);
  const isSecret = value.length >= SECRET_LENGTH || (value !== "" && SECRET_NAME.test(name));
  return isSecret && !VARIABLES.test(value) ? `${name}****` : parameter;
}

/** Of a media type with parameters; what follows the comma may be megabytes. */
const DATA_URL = /\bdata:([a-z]+\/[a-z0-9.+-]+)?(;[^,\s"']{0,200})?,[^\s"'`<>]+/gi;
const AUTHORIZATION = /\b(authorization["']?\s?[:=]\s?["']?)(?:\w{1,20}\s)?[^\s"',]+/gi;
/** No word of English: those have neither digits nor such signs. */
const CREDENTIAL = /\b(Bearer|Basic|Token)\s(?=[^\s]{0,200}[\d=_.])[\w.~+/=-]{6,}/g;

/** For logs: also without the content of data URLs, and without what an `Authorization` header holds. */
export function withoutSecrets(text: string): string {
  return withoutCredentials(text)
    .replace(DATA_URL, (_all, type = "", parameters = "") => `data:${type}${parameters},****`)
    .replace(AUTHORIZATION, "$1****")
    .replace(CREDENTIAL, "$1 ****");
}
