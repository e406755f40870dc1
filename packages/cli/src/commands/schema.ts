import { defineCommand } from "./command.ts";
import { projectFlags } from "./shared-flags.ts";

export const schema = defineCommand({
  name: "schema",
  summary: "Print the model's OpenAPI document",
  flags: projectFlags,
  examples: [{ command: "cog schema > openapi.json", what: "Read from the source, without running it" }],
  async run({ flags }, { workingDirectory, report, settings, stdout }) {
    const [{ openProject }, { readModel }, { jsonText }] = await Promise.all([
      import("#project"),
      import("#launch"),
      import("@cog/core/json"),
    ]);
    const deprecations = settings.deprecationWarnings;
    const project = openProject({ workingDirectory, file: flags.file, report, deprecations });
    const { document } = await readModel(project, report);
    stdout.write(`${jsonText(document, 2)}\n`);
    return 0;
  },
});
