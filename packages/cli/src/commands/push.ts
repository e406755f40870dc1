import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";
import { buildFlags, imageFlags, projectFlags } from "./shared-flags.ts";

const flags = {
  json: { summary: "Print what was pushed as JSON, and progress as lines of it on stderr", group: "Output" },
  "code-only": { summary: "Push the code, on the image that was pushed last, and never build one", group: "Build" },
  "no-code-only": { summary: "Build the image, also where only the code is another", group: "Build" },
  ...buildFlags,
  ...projectFlags,
  ...imageFlags,
} as const satisfies FlagTable;

export type PushFlags = FlagValues<typeof flags>;

export const push = defineCommand({
  name: "push",
  summary: "Build an image of the model and push it to a registry",
  description:
    "The image goes to IMAGE, else to image or model of cog.yaml; COG_MODEL and its relatives choose another place for a model. " +
    "Where only the code changed since the last push, only the code is pushed, and nothing is built. " +
    "Whether the registry takes it is asked before anything is built. A model is pushed as an index of its image and weights; " +
    "with COG_PUSH_OCI=1 the layers are sent without the engine.",
  arguments: { usage: "[IMAGE]", least: 0, most: 1, completes: "image" },
  flags,
  examples: [
    { command: "cog push registry.example.com/ada/my-model", what: "Build, and push to this name" },
    { command: "COG_MODEL_TAG=v1 cog push", what: "The model of cog.yaml, with a tag of one's own" },
    { command: "cog push --code-only", what: "After an edit: push the code without Docker, or say why that cannot be" },
    { command: "cog push --json", what: "Print the reference with its digest for a script" },
  ],
  async run({ flags: given, args }, context) {
    const { pushModel } = await import("./pushing.ts");
    return await pushModel(given, args[0], context);
  },
});
