/** The page at /docs: fetches the model's description from the server that serves the page, and shows it. */
import { isJsonObject } from "@cog/core/json";
import { element } from "./element.ts";
import { view } from "./view.ts";

const RETRY_MS = 2_000;

const page = document.getElementById("page");
if (page !== null) await show(page);

/** While the model is being set up there is no description yet, so ask again. */
async function show(page: HTMLElement): Promise<void> {
  for (;;) {
    const answer = await ask();
    if (answer.kind === "description") {
      page.replaceChildren(...view(answer.description, new URL(".", location.href).href));
      document.title = page.querySelector("h1")?.textContent ?? document.title;
      return;
    }
    page.replaceChildren(element("p", {}, answer.message));
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

type Answer =
  | { readonly kind: "description"; readonly description: Parameters<typeof view>[0] }
  | { readonly kind: "unavailable"; readonly message: string };

async function ask(): Promise<Answer> {
  try {
    const response = await fetch("./openapi.json");
    const body: unknown = response.ok ? await response.json() : undefined;
    return isJsonObject(body)
      ? { kind: "description", description: body }
      : { kind: "unavailable", message: `The model is not ready yet (${response.status}). Asking again…` };
  } catch {
    return { kind: "unavailable", message: "The server does not answer. Asking again…" };
  }
}
