/** What the browser keeps for the next visit. It may refuse to keep anything, which is no harm. */
import { jsonText, parseJson } from "@cog/core/json";
import { rememberedIn, type Store, type Theme } from "#state";

const THEME = "cog-playground-theme";
const REMEMBERED = "cog-playground-remembered";

export function keepRemembered(store: Store): void {
  store.dispatch({ type: "remembered", remembered: rememberedIn(parsed(read(REMEMBERED))) });
  let { remembered } = store.get();
  store.subscribe(() => {
    if (store.get().remembered === remembered) return;
    remembered = store.get().remembered;
    write(REMEMBERED, jsonText(remembered));
  });
}

export function keepTheme(store: Store): void {
  const known = (["light", "dark"] as const).find((theme) => theme === read(THEME));
  if (known !== undefined) store.dispatch({ type: "theme", theme: known });
  const show = (theme: Theme) => document.documentElement.setAttribute("data-theme", theme);
  show(store.get().theme);
  store.subscribe(() => {
    const { theme } = store.get();
    if (document.documentElement.getAttribute("data-theme") === theme) return;
    show(theme);
    write(THEME, theme);
  });
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // not allowed
  }
}

function write(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // not allowed, or full
  }
}

function parsed(text: string | null) {
  try {
    return parseJson(text ?? "null");
  } catch {
    return null;
  }
}
