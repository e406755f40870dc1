/** What the gateway's endpoints work with. */
import type { Log } from "#log";
import type { Schema } from "#schema";
import type { Desk } from "./desk.ts";
import type { GatewayHealth } from "./health.ts";

export interface GatewayContext {
  readonly queueName: string;
  readonly desk: Desk;
  readonly health: GatewayHealth;
  /** As the workers publish it; undefined while none has. */
  readonly schema: () => Promise<Schema | undefined>;
  /** As it is known now. */
  readonly schemaNow: () => Schema | undefined;
  /** A prediction is refused when more than these wait; undefined: it never is. */
  readonly mostWaiting: number | undefined;
  readonly streamKeepAliveMs: number;
  readonly probePrefix: string;
  readonly onDropped: (names: readonly string[]) => void;
  readonly log: Log;
}
