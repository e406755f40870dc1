/** The parts of the document that are the same for every model: paths and the envelope's components. */
import type { JsonObject } from "@cog/core/json";
import type { Mode } from "./modes.ts";

export function reference(component: string): JsonObject {
  return { $ref: `#/components/schemas/${component}` };
}

export function pathsOf(mode: Mode, streaming: boolean): JsonObject {
  return {
    "/": { get: { operationId: "root__get", responses: { "200": ok({}) }, summary: "Root" } },
    "/health-check": {
      get: { operationId: "healthcheck_health_check_get", responses: { "200": ok({}) }, summary: "Healthcheck" },
    },
    [mode.path]: {
      post: {
        description: mode.description,
        operationId: mode.operation,
        requestBody: { content: json(reference(mode.request)) },
        responses: { "200": ok(reference(mode.response)), "422": invalid },
        summary: mode.summary,
        ...(streaming ? { "x-cog-streaming": true } : {}),
      },
    },
    [`${mode.path}/{${mode.idParameter}}/cancel`]: {
      post: {
        operationId: mode.cancelOperation,
        parameters: [
          { in: "path", name: mode.idParameter, required: true, schema: { title: mode.idTitle, type: "string" } },
        ],
        responses: { "200": ok({}), "422": invalid },
        summary: "Cancel",
      },
    },
  };
}

const json = (schema: JsonObject): JsonObject => ({ "application/json": { schema } });
const ok = (schema: JsonObject): JsonObject => ({ content: json(schema), description: "Successful Response" });
const invalid: JsonObject = { content: json(reference("HTTPValidationError")), description: "Validation Error" };

/** Request and response of a mode. Their fields carry no `required` and no `nullable`, as in the reference. */
export function envelopesOf(mode: Mode): JsonObject {
  return {
    [mode.request]: {
      properties: { id: text("Id"), input: reference(mode.input) },
      title: mode.request,
      type: "object",
    },
    [mode.response]: {
      properties: {
        completed_at: time("Completed At"),
        created_at: time("Created At"),
        error: text("Error"),
        id: text("Id"),
        input: reference(mode.input),
        logs: text("Logs"),
        metrics: { title: "Metrics", type: "object" },
        output: reference(mode.output),
        started_at: time("Started At"),
        status: text("Status"),
        version: text("Version"),
      },
      title: mode.response,
      type: "object",
    },
  };
}

const text = (title: string): JsonObject => ({ title, type: "string" });
const time = (title: string): JsonObject => ({ format: "date-time", title, type: "string" });

/** `Status` is referred to by nothing, yet clients look for it. */
export const sharedComponents: JsonObject = {
  Status: {
    description: "An enumeration.",
    enum: ["starting", "processing", "succeeded", "canceled", "failed"],
    title: "Status",
    type: "string",
  },
  HTTPValidationError: {
    properties: { detail: { items: reference("ValidationError"), title: "Detail", type: "array" } },
    title: "HTTPValidationError",
    type: "object",
  },
  ValidationError: {
    properties: {
      loc: { items: { anyOf: [{ type: "string" }, { type: "integer" }] }, title: "Location", type: "array" },
      msg: { title: "Message", type: "string" },
      type: { title: "Error Type", type: "string" },
    },
    required: ["loc", "msg", "type"],
    title: "ValidationError",
    type: "object",
  },
};
