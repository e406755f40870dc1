import type { DeployedModel } from "../model.ts";
import type { ServerSettings } from "../server.ts";
import type { KubernetesWish } from "../wish.ts";

/** All that the makers of objects know. */
export interface Deployed {
  readonly model: DeployedModel;
  readonly wish: KubernetesWish;
  readonly server: ServerSettings;
}
