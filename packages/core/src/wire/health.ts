/** `GET /health-check`, `GET /`, and the lines of COG_NOTIFY_FD. */

export type HealthState = "UNKNOWN" | "STARTING" | "READY" | "BUSY" | "UNHEALTHY" | "SETUP_FAILED" | "DEFUNCT";

export interface HealthResponse {
  readonly status: HealthState;
  readonly setup?: SetupReport;
  readonly version: VersionReport;
  /** Why the model does not run (SETUP_FAILED, DEFUNCT), or why it had to be started again (STARTING). */
  readonly error?: string;
  /** Only when UNHEALTHY. */
  readonly user_healthcheck_error?: string;
  /** `waiting`: requests in the queue in front of the slots. */
  readonly concurrency?: { readonly max: number; readonly current: number; readonly waiting?: number };
}

/** `GET /instance`, only of servers with a COG_INSTANCE: whoever started one knows it again by that. */
export interface InstanceResponse {
  readonly instance: string;
  /** As in the health check, but without asking the model. */
  readonly status: HealthState;
}

/** The header that `POST /reload` must name the instance in: no page of another site can send it unasked. */
export const INSTANCE_HEADER = "X-Cog-Instance";

export interface SetupReport {
  readonly status: "starting" | "succeeded" | "failed";
  readonly started_at: string;
  readonly completed_at?: string;
  /** Absent when empty. */
  readonly logs?: string;
}

export interface VersionReport {
  /** The server; the name is what clients of the reference look for. */
  readonly coglet: string;
  readonly python: string;
  readonly python_sdk: string;
  readonly cog: string;
  readonly git_sha: string;
  readonly build_time: string;
}

export interface DiscoveryResponse {
  readonly cog_version: string;
  readonly docs_url: string;
  readonly openapi_url: string;
  readonly shutdown_url?: string;
  readonly healthcheck_url: string;
  readonly predictions_url: string;
  readonly predictions_idempotent_url: string;
  readonly predictions_cancel_url: string;
  readonly trainings_url?: string;
  readonly trainings_idempotent_url?: string;
  readonly trainings_cancel_url?: string;
}

/** One JSON document a line on the pipe that COG_NOTIFY_FD names. */
export type Notification =
  | { readonly event: "listening"; readonly port: number }
  | { readonly event: "ready" }
  | { readonly event: "setup_failed"; readonly error: string };
