/** `GET /metrics`. */
import type { Scraped } from "#metrics";
import type { Answer, Request } from "../exchange.ts";

/** All metrics as text, in the format that the client's `Accept` prefers. */
export type Scrape = (accept: string | undefined) => Promise<Scraped>;

export async function showMetrics({ headers }: Request, scrape: Scrape): Promise<Answer> {
  const { contentType, text } = await scrape(headers.accept);
  return { kind: "text", status: 200, body: text, type: contentType };
}
