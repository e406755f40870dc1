import { expect, test } from "vitest";
import { notificationReader } from "./notifications.ts";

const LISTENING = '{"event":"listening","port":5000}\n';
const READY = '{"event":"ready"}\n';
const FAILED = '{"event":"setup_failed","error":"no {weights} here"}\n';

test.each<readonly [what: string, chunks: readonly string[], text: string, events: string]>([
  ["nothing but the model's words", ["a\n", "b"], "a\nb", ""],
  ["both events in one piece", [LISTENING + READY], "", "heard settled"],
  ["the model's words around them", [`a\n${LISTENING}b\n${READY}c\n`], "a\nb\nc\n", "heard settled"],
  ["words without an end before them", [`no newline${READY}`], "no newline", "heard settled"],
  ["a setup that fails", [LISTENING, FAILED], "", "heard settled"],
  ["one event alone", [LISTENING, "setup\n"], "setup\n", "heard"],
  ["a line in single letters", [...`x${LISTENING}y${FAILED}z`], "xyz", "heard settled"],
  [
    "JSON of the model's own",
    ['{"event":"epoch","n":1}\n{"even', 't":2}\n{'],
    '{"event":"epoch","n":1}\n{"event":2}\n{',
    "",
  ],
  ["the same line from a model that runs", [READY, READY], READY, "heard settled"],
])("%s", async (_, chunks, text, events) => {
  let shown = "";
  const reader = notificationReader((words) => {
    shown += words;
  });
  let settled = false;
  void reader.told.settled.then(() => {
    settled = true;
  });
  for (const chunk of chunks) reader.write(chunk);
  reader.end();
  await Promise.resolve();
  expect(shown).toBe(text);
  expect([reader.told.isHeard() ? "heard" : "", settled ? "settled" : ""].filter(Boolean).join(" ")).toBe(events);
});

test("what cannot be the server's is shown at once", () => {
  const shown: string[] = [];
  const reader = notificationReader((words) => void shown.push(words));
  reader.write('loading {"a": ');
  expect(shown).toEqual(['loading {"a": ']);
});
