/** Before text of a user's reaches a log, a label or a message: the credentials in its URLs. */

const USER_INFO = /\b([a-z][a-z0-9+.-]*):\/\/([^\s/@"'`]+)@/gi;
/** A name of a variable is no secret; its value never gets here. */
const VARIABLES = /^(\$\{\w+\}:?)+$/;
/** Over these schemes the user's name is an account of the server's (`git@`), not a token. */
const ACCOUNT = /^(git\+)?ssh$/i;

/** `https://me:token@example.com/simple` → `https://****@example.com/simple` */
export function withoutCredentials(text: string): string {
  return text.replace(USER_INFO, (all, scheme: string, user: string) => {
    if (VARIABLES.test(user) || (ACCOUNT.test(scheme) && !user.includes(":"))) return all;
    return `${scheme}://****@`;
  });
}
