/** Webhooks that the model's server sends, as the playground passes them on to this page. */
import type { Store } from "#state";
import { predictionOrNot } from "./prediction.ts";

/** Resolves once listening has begun; `ended` does when the prediction has. */
export async function followWebhooks(
  store: Store,
  token: string,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> {
  const source = new EventSource(`events?token=${encodeURIComponent(token)}`);
  signal.addEventListener("abort", () => source.close(), { once: true });
  const ended = new Promise<void>((resolve) => {
    source.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const prediction = predictionOrNot(data);
      // Whoever knows the token can send anything.
      if (prediction === undefined) return;
      store.dispatch({ type: "webhook", prediction, data, at: Date.now() });
      if (store.get().run?.endedAt !== undefined) resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    source.addEventListener("open", () => resolve(), { once: true });
    source.addEventListener("error", () => reject(new Error("the playground does not answer")), { once: true });
  });
  return { ended: ended.finally(() => source.close()) };
}
