import { isJsonObject, parseJson } from "@cog/core/json";
import type { PredictionResponse } from "@cog/core/wire";

/** @throws Error for text that shows no prediction */
export function predictionIn(text: string): PredictionResponse {
  const body = parseJson(text);
  if (isJsonObject(body) && typeof body["status"] === "string") return body as unknown as PredictionResponse; // checked
  throw new Error("the answer is no prediction");
}
