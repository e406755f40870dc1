export { droppedIn, ENTRIES_AT_ONCE, type EventEntry, entriesOf, followEvents, readEntries } from "./events.ts";
export { cancelJob, eventsOf, hasEnded, type KnownPrediction, lastOf, lookUp } from "./look.ts";
export { type Queue, queueAt, type RedisCall } from "./queue.ts";
export { type KnownWorker, type QueueReport, reportOf } from "./report.ts";
export { type Submission, type Submitted, submitJob } from "./submit.ts";
export { type RedisTrouble, redisTrouble } from "./trouble.ts";
export { WholeOutput } from "./whole-output.ts";
