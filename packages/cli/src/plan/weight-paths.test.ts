import { expect, test } from "vitest";
import { weightPaths } from "./weight-paths.ts";

const MEBIBYTE = 1024 * 1024;
const big = (path: string) => ({ path, sizeBytes: 10 * MEBIBYTE });
const small = (path: string) => ({ path, sizeBytes: 10 * MEBIBYTE - 1 });

test.each([
  ["a big file in the root is taken singly", [big("model.bin"), small("run.py")], ["model.bin"]],
  ["a small file stays with the code", [small("model.bin")], []],
  ["a directory is taken whole", [big("weights/a.bin"), small("weights/config.json")], ["weights"]],
  ["only the topmost directory is named", [big("w/deep/a.bin"), big("w/b.bin")], ["w"]],
  ["a directory with code gives single files", [big("src/a.bin"), small("src/run.py")], ["src/a.bin"]],
  ["a neighbour's code does not count", [big("w/a.bin"), small("w2/run.py")], ["w"]],
  ["pictures, films and wheels are no weights", [big("a.png"), big("b.mp4"), big("c.whl")], []],
  ["nothing below .git and .cog", [big(".git/objects/pack"), big(".cog/x")], []],
])("%s", (_title, files, expected) => {
  expect(weightPaths(files)).toEqual(expected);
});
