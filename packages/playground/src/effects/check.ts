/** Asks the checker, the page's worker, about an input. */
import type { JsonObject } from "@cog/core/json";
import type { CheckAnswer, CheckRequest } from "#checker";
import type { Model } from "#state";

export type Check = (model: Model, input: JsonObject) => Promise<readonly string[]>;

export function createCheck(): Check {
  let worker: Worker | undefined;
  let number = 0;
  return (model, input) => {
    worker ??= new Worker("playground-checker.js");
    const asked = worker;
    number++;
    const request: CheckRequest = { number, document: model.document, component: model.component, input };
    return new Promise((resolve) => {
      const done = (problems: readonly string[]) => {
        asked.removeEventListener("message", look);
        asked.removeEventListener("error", giveUp);
        resolve(problems);
      };
      const look = ({ data }: MessageEvent<CheckAnswer>) => {
        if (data.number === request.number) done(data.problems);
      };
      // Without a checker the model's server still checks.
      const giveUp = () => done([]);
      asked.addEventListener("message", look);
      asked.addEventListener("error", giveUp);
      asked.postMessage(request);
    });
  };
}
