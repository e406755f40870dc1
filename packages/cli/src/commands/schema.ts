import { defineCommand } from "./command.ts";
import { projectFlags } from "./shared-flags.ts";

export const schema = defineCommand({
  name: "schema",
  summary: "Print the model's OpenAPI document",
  arguments: { usage: "[IMAGE]", least: 0, most: 1, completes: "image" },
  flags: projectFlags,
  examples: [
    { command: "cog schema > openapi.json", what: "Read from the source, without running it" },
    { command: "cog schema my-model", what: "Of an image" },
  ],
  async run({ flags, args: [image] }, context) {
    const { workingDirectory, report, settings, stdout } = context;
    const [{ openProject }, { readModel }, { jsonText }, { documentOfImage }] = await Promise.all([
      import("#project"),
      import("#launch"),
      import("@cog/core/json"),
      import("./prediction-request.ts"),
    ]);
    if (image !== undefined) {
      stdout.write(`${jsonText(await documentOfImage({ kind: "image", image }, context), 2)}\n`);
      return 0;
    }
    const deprecations = settings.deprecationWarnings;
    const project = openProject({ workingDirectory, file: flags.file, report, deprecations });
    const { document } = await readModel(project, report);
    stdout.write(`${jsonText(document, 2)}\n`);
    return 0;
  },
});
