import { isJsonObject, parseJson } from "@cog/core/json";
import type { PredictionResponse } from "@cog/core/wire";

/** @throws Error for text that shows no prediction */
export function predictionIn(text: string): PredictionResponse {
  const prediction = predictionOrNot(text);
  if (prediction === undefined) throw new Error("the answer is no prediction");
  return prediction;
}

export function predictionOrNot(text: string): PredictionResponse | undefined {
  try {
    const body = parseJson(text);
    const isPrediction = isJsonObject(body) && typeof body["status"] === "string";
    return isPrediction ? (body as unknown as PredictionResponse) : undefined; // as far as it is needed, checked above
  } catch {
    return undefined; // not JSON
  }
}
