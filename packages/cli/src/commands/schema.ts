import { defineCommand } from "./command.ts";
import { projectFlags } from "./shared-flags.ts";

export const schema = defineCommand({
  name: "schema",
  summary: "Print the model's OpenAPI document",
  flags: projectFlags,
  examples: [{ command: "cog schema > openapi.json", what: "Read from the source, without running it" }],
  async run({ flags }, { workingDirectory, report, stdout }) {
    const [{ openProject }, { readModel }] = await Promise.all([import("#project"), import("#launch")]);
    const project = openProject({ workingDirectory, file: flags.file, report });
    const { document } = await readModel(project, report);
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return 0;
  },
});
