import type { Engine } from "#engines";
import type { FlagTable } from "./command.ts";
import { defineCommand } from "./command.ts";
import { environmentFlags, imageFlags, projectFlags } from "./shared-flags.ts";

export const publishFlag = {
  publish: {
    summary: "Publish a port: PORT, HOST:PORT, or HERE:PORT under another number",
    short: "p",
    value: "PORT",
    completes: "nothing",
    repeat: true,
    group: "Environment",
  },
} as const satisfies FlagTable;

export const exec = defineCommand({
  name: "exec",
  summary: "Run a command in the model's environment",
  arguments: { usage: "COMMAND [ARG...]", least: 1, most: Number.POSITIVE_INFINITY },
  flagsFirst: true,
  ownsTerminal: true,
  flags: { ...publishFlag, ...environmentFlags, ...projectFlags, ...imageFlags },
  examples: [
    { command: "cog exec python", what: "A Python with the model's packages" },
    { command: "cog exec -p 8888 jupyter lab --allow-root --ip=0.0.0.0", what: "A notebook server" },
  ],
  async run({ flags, args }, context) {
    const [{ publishArgument }, { projectOf }, { chooseEngine, warnOfRemote }, { surroundingsOf }] = await Promise.all([
      import("#engines"),
      import("./project.ts"),
      import("./engine.ts"),
      import("./surroundings.ts"),
    ]);
    const { report, signal } = context;
    const project = projectOf(flags, context);
    const surroundings = surroundingsOf(flags, context);
    const publish = flags.publish.map(publishArgument);
    const engine = await chooseEngine(context, { docker: false, volumes: surroundings.volumes });
    if (engine.name === "local" && flags.publish.length > 0)
      report.warn("-p is not needed when running locally: the port is on this machine already.");
    await warnOfRemote(engine, context);
    const prepared = await engine.prepare({ kind: "project", project }, { signal, report });
    report.info(`Running ${args.join(" ")} ${WHERE[engine.name]}...`);
    const { weightsOrWarning } = await import("./project-weights.ts");
    const weights = await weightsOrWarning(prepared, context);
    try {
      const options = { command: args, publish, ...surroundings, ...(weights && { weights: weights.folders }) };
      return await prepared.exec(options, { signal, report });
    } finally {
      weights?.remove();
    }
  },
});

/** Of Docker in the reference's words, which logs are searched for. */
const WHERE: Readonly<Record<Engine["name"], string>> = {
  docker: "in Docker with the current directory mounted as a volume",
  podman: "in Podman with the current directory mounted as a volume",
  local: "in the model's environment on this machine",
};
