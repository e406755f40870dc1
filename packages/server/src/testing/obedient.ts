/** A model that runs the Python it is given: `do` is a faithful servant, also of what kills it. */
import { schemaOf } from "./schema.ts";

export const OBEDIENT = `
import ctypes, os, signal, sys, time
from cog import BasePredictor, Path, File
from cog import *

class Model(BasePredictor):
    def setup(self):
        print("setting up")

    def run(self, do: str = "", file: Path = None):
        scope = dict(globals(), self=self, file=file, output="done")
        exec(do, scope)
        return scope["output"]
`;

export const OBEDIENT_SCHEMA = schemaOf({
  inputs: [
    { name: "do", type: { kind: "string" }, default: "" },
    { name: "file", type: { kind: "path" }, nullable: true, required: false },
  ],
  output: { kind: "object" },
});
