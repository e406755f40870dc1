export type { FeedEvent, Replay, Subscriber } from "./feed.ts";
export { Feed } from "./feed.ts";
export type { LivePrediction, Source, Submission, Target, Workspace } from "./live.ts";
export type { Observe, Observer, StepFailure } from "./observer.ts";
export type { EndedPrediction, FailureReason, Prediction, PredictionEvent } from "./prediction.ts";
export { advance, hasEnded, holdOutput, newPrediction, StepFailed } from "./prediction.ts";
export { renderAccepted, renderAnswer, renderEvent, renderSnapshot } from "./render.ts";
export { Predictions } from "./service.ts";
export { Slots } from "./slots.ts";
