/** A link that brings an input along, in the part of the address that no server sees. */
import { isJsonObject, jsonText, parseJson } from "@cog/core/json";
import { type Draft, type Mode, type Model, type Store, withoutSecrets } from "#state";

/** Longer ones are cut off on their way by programs that pass them on. */
const LONGEST = 32 * 1024;

/** Undefined when the input is too large for a link. */
export function linkTo({ input, mode }: Draft, model: Model, page: string): string | undefined {
  const shared = encodeURIComponent(jsonText({ mode, input: withoutSecrets(model, input) }));
  return shared.length > LONGEST ? undefined : `${page.split("#")[0]}#${shared}`;
}

/** Takes up what the address brings as soon as there is a form for it. */
export function takeUpLink(store: Store, hash: string): void {
  const shared = sharedIn(hash);
  if (shared === undefined) return;
  const leave = store.subscribe(() => {
    if (store.get().model === undefined) return;
    leave();
    store.dispatch({ type: "taken-up", ...shared });
  });
}

function sharedIn(hash: string) {
  try {
    const shared = parseJson(decodeURIComponent(hash.replace(/^#/, "")));
    if (!isJsonObject(shared) || !isJsonObject(shared["input"])) return undefined;
    const mode: Mode = shared["mode"] === "stream" || shared["mode"] === "async" ? shared["mode"] : "sync";
    return { input: shared["input"], mode };
  } catch {
    return undefined; // no link of ours
  }
}
