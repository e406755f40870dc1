/** Where a request is passed on to: the header that names the model's server, and what is wrong with it. Pure. */

export type ProxyTarget = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly error: string };

/** @param path as asked for, below `/proxy`: `/predictions?x=1` */
export function proxyTarget(target: string | undefined, path: string): ProxyTarget {
  if (target === undefined || target.trim() === "") return wrong("no target API set");
  if (!URL.canParse(target)) return wrong("the target is not a URL");
  const base = new URL(target);
  if (base.protocol !== "http:" && base.protocol !== "https:") return wrong("the target must be an http or https URL");
  if (base.username !== "" || base.password !== "") return wrong("the target must not hold a user or a password");
  if (/[#?]/.test(target)) return wrong("the target must not hold a query or a fragment");
  // Joined as text: what a path like `//other.example` or `..` means is not for us to say, but the origin stays.
  const url = new URL(base.origin);
  const [pathname = "", ...query] = path.split("?");
  url.pathname = `${base.pathname.replace(/\/+$/, "")}${pathname === "" ? "/" : pathname}`;
  url.search = query.join("?");
  return { ok: true, url };
}

function wrong(error: string): ProxyTarget {
  return { ok: false, error };
}
