export type { FeedEvent, Replay, Subscriber } from "./feed.ts";
export { Feed } from "./feed.ts";
export type { LivePrediction, Submission, Target, Workspace } from "./live.ts";
export type { Prediction, PredictionEvent } from "./prediction.ts";
export { hasEnded } from "./prediction.ts";
export { renderAccepted, renderAnswer, renderSnapshot } from "./render.ts";
export { Predictions } from "./service.ts";
export { Slots } from "./slots.ts";
