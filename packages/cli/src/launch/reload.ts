/** Tells a running model that its code has changed, and waits until it has loaded it. */
import { CogError, UserError } from "@cog/core/errors";
import { type HealthResponse, INSTANCE_HEADER } from "@cog/core/wire";
import { localFetch } from "#http";

export interface Reloadable {
  readonly url: string;
  /** COG_INSTANCE of its server. */
  readonly id: string;
}

export async function reloadModel({ url, id }: Reloadable, signal: AbortSignal): Promise<HealthResponse> {
  const answer = await localFetch(`${url}/reload`, { method: "POST", headers: { [INSTANCE_HEADER]: id }, signal });
  if (answer.status !== 200)
    throw new CogError("model.reload", `The model could not be reloaded: ${await answer.text()}`);
  return (await answer.json()) as HealthResponse; // of a server of ours
}

/** Throws when the model could not be loaded. */
export function mustBeUp({ status, error = "" }: HealthResponse): void {
  if (status !== "SETUP_FAILED" && status !== "DEFUNCT") return;
  throw new UserError("model.setup_failed", error === "" ? "Model setup failed" : `Model setup failed: ${error}`);
}
