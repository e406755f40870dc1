import { defineCommand } from "./command.ts";
import { imageFlags, projectFlags } from "./shared-flags.ts";

export const build = defineCommand({
  name: "build",
  summary: "Build an image of the model",
  flags: {
    tag: { summary: "Name of the image, NAME[:TAG]", short: "t", value: "IMAGE", repeat: true, group: "Output" },
    json: { summary: "Print the result as JSON", group: "Output" },
    iidfile: { summary: "Write the image's id to this file", value: "FILE", group: "Output" },
    secret: {
      summary: "Secret for build.run: id=X,src=PATH or id=X,env=VAR",
      value: "SECRET",
      repeat: true,
      group: "Build",
    },
    "no-cache": { summary: "Build every step again", group: "Build" },
    platform: { summary: "Platform of the image", value: "PLATFORM", default: "linux/amd64", group: "Build" },
    "openapi-schema": { summary: "Use this OpenAPI document (COG_OPENAPI_SCHEMA)", value: "FILE", group: "Build" },
    "separate-weights": { summary: "Weights in an image of their own", group: "Build" },
    timestamp: {
      summary: "Time of the files, in seconds since 1970",
      value: "N",
      default: "-1",
      hidden: true,
      group: "Build",
    },
    ...projectFlags,
    ...imageFlags,
  },
  examples: [{ command: "cog build -t my-model", what: "Build the model of this directory" }],
  async run({ flags }, context) {
    const [{ openProject }, { readModel }, { buildImage }, { chooseEngine }, { version }] = await Promise.all([
      import("#project"),
      import("#launch"),
      import("#build"),
      import("./engine.ts"),
      import("@cog/core/version"),
    ]);
    const { workingDirectory, report, signal, stdout } = context;
    const project = openProject({ workingDirectory, file: flags.file, report });
    const model = await readModel(project, report);
    await chooseEngine(context, { docker: true });
    const concurrency = model.interface.predict?.concurrency ?? undefined;
    const image = await buildImage(
      {
        project,
        schema: model.document,
        cogVersion: version,
        tags: flags.tag,
        noCache: flags["no-cache"],
        secrets: flags.secret,
        platform: flags.platform,
        ...(Number(flags.timestamp) >= 0 && { timestamp: Number(flags.timestamp) }),
        ...(concurrency !== undefined && { concurrency }),
        ...(flags["base-image"] !== undefined && { baseImage: flags["base-image"] }),
      },
      { signal, report },
    );
    const [name = ""] = image.names;
    report.info(`Image built as ${image.names.join(", ")}`);
    if (flags.iidfile !== undefined) {
      const { writeFileSync } = await import("node:fs");
      const { resolve } = await import("node:path");
      writeFileSync(resolve(workingDirectory, flags.iidfile), image.id);
    }
    if (flags.json)
      stdout.write(
        `${JSON.stringify({ image: name, names: image.names, id: image.id, size: image.sizeBytes }, null, 2)}\n`,
      );
    return 0;
  },
});
