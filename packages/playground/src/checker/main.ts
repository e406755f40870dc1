import { answer, type CheckRequest } from "./checker.ts";

addEventListener("message", ({ data }: MessageEvent<CheckRequest>) => {
  void answer(data).then((checked) => postMessage(checked));
});
