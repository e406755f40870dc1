import { expect, test } from "vitest";
import { cogBaseImages, cogBaseTag } from "./cog-base.ts";
import { missingInCogBase } from "./index.ts";

test("there are as many images as the tables allow", () => {
  const images = cogBaseImages();
  expect(images).toHaveLength(317);
  expect([...new Set(images.map(({ python }) => python))].sort()).toEqual(["3.10", "3.11", "3.12", "3.13", "3.14"]);
  expect([...new Set(images.flatMap(({ cuda }) => cuda ?? []))].sort()).toEqual([
    "11.7",
    "11.8",
    "12.1",
    "12.4",
    "12.6",
    "12.8",
    "12.9",
    "13.0",
  ]);
});

test.each([
  [{ python: "3.12" }, "python3.12"],
  [{ python: "3.12.4" }, "python3.12"],
  [{ python: "3.12", torch: "2.3.1" }, "python3.12-torch2.3.1"],
  [{ python: "3.11", cuda: "12.1" }, "cuda12.1-python3.11"],
  [{ python: "3.11", cuda: "12.1.1", torch: "2.3.1" }, "cuda12.1-python3.11-torch2.3.1"],
  [{ python: "3.13", cuda: "12.1", torch: "2.3.1" }, "cuda12.1-python3.13"],
  [{ python: "3.12", torch: "2.3" }, "python3.12-torch2.3.1"],
])("%j is %s", (wish, tag) => {
  expect(cogBaseTag(wish)).toBe(tag);
});

test.each([{ python: "3.9" }, { python: "3.12", cuda: "11.0" }])("there is none for %j", (wish) => {
  expect(() => cogBaseTag(wish)).toThrow("Could not find a suitable base image");
});

test("what is in these images is not installed again", () => {
  expect(missingInCogBase(["ffmpeg", "tesseract-ocr", "git"])).toEqual(["tesseract-ocr"]);
});
