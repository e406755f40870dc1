import { expect, test } from "vitest";
import { mediaOf } from "./media-kind.ts";

const TEXTS: readonly (readonly [text: string, media: ReturnType<typeof mediaOf>])[] = [
  ["data:image/png;base64,AAAA", { kind: "image", name: "output.png" }],
  ["data:audio/mpeg;base64,AAAA", { kind: "audio", name: "output.mp3" }],
  ["data:video/mp4;base64,AAAA", { kind: "video", name: "output.mp4" }],
  ["data:None;base64,AAAA", { kind: "file", name: "output" }],
  ["https://h.example/a/cat.webp?size=1", { kind: "image", name: "cat.webp" }],
  ["http://h.example/", { kind: "file", name: "output" }],
  ["see https://h.example/cat.png", undefined],
  ["data: none", undefined],
  ["", undefined],
];

test.each(TEXTS)("%s", (text, media) => {
  expect(mediaOf(text)).toEqual(media);
});
