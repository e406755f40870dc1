/** What a prediction server answers instead of a prediction. */
import { CogError } from "@cog/core/errors";
import { isJsonObject } from "@cog/core/json";
import type { ValidationProblem } from "@cog/core/wire";

export class RefusalError extends CogError {
  readonly status: number;
  /** Of a 422. */
  readonly problems: readonly ValidationProblem[];

  constructor(status: number, body: unknown) {
    const problems = problemsOf(body);
    super("server.refused", messageOf(status, body, problems), { hint: HINTS[status] });
    this.status = status;
    this.problems = problems;
  }
}

const HINTS: Readonly<Record<number, string>> = {
  406: "Ask without streaming, or mark the model with @cog.streaming.",
  409: "Try again when a prediction has ended, or give the server more slots (concurrency.max) or a queue (concurrency.queue).",
  503: "GET /health-check tells what the server is doing, and the logs of its setup.",
};

function messageOf(status: number, body: unknown, problems: readonly ValidationProblem[]): string {
  if (problems.length > 0) return problems.map(describeProblem).join("; ");
  const said = isJsonObject(body) ? (body["error"] ?? body["detail"]) : body;
  return typeof said === "string" && said !== "" ? said : `The server answered with status ${status}.`;
}

function describeProblem({ loc, msg }: ValidationProblem): string {
  const place = loc.slice(loc[1] === "input" ? 2 : 1).join(".");
  return place === "" ? msg : `${place}: ${msg}`;
}

function problemsOf(body: unknown): readonly ValidationProblem[] {
  const detail = isJsonObject(body) ? body["detail"] : undefined;
  // The server's own shape; anything else is shown as it is.
  return Array.isArray(detail) ? (detail as unknown as ValidationProblem[]) : [];
}
