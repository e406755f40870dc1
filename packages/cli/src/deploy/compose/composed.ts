import type { DeployedModel } from "../model.ts";
import type { ServerSettings } from "../server.ts";
import type { ComposeWish } from "../wish.ts";

/** All that the makers of services know. */
export interface Composed {
  readonly model: DeployedModel;
  readonly wish: ComposeWish;
  readonly server: ServerSettings;
}

/** In a value of a file, `$` begins the name of a variable, unless there are two. */
export function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** What Compose takes from its own environment; without a fallback it says what is missing, and starts nothing. */
export function passed(name: string, fallback?: string): string {
  return `\${${name}${fallback === undefined ? ":?set it in the environment or in .env" : `:-${fallback}`}}`;
}
