import { defineCommand } from "./command.ts";

export const ls = defineCommand({
  name: "ls",
  summary: "List the Cog images of this machine",
  flags: { json: { summary: "Print it as JSON", group: "Output" } },
  examples: [{ command: "cog ls", what: "Name, version of Cog, size, and whether it wants a GPU" }],
  async run({ flags }, context) {
    const { listImages } = await import("./listing.ts");
    return await listImages(flags.json, context);
  },
});
