import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";

const flags = {
  namespace: {
    summary: "The namespace to look in; default: that of kubectl",
    short: "n",
    value: "NAME",
    completes: "nothing",
  },
  context: { summary: "The cluster to look at, as kubectl names it", value: "CONTEXT", completes: "nothing" },
  json: { summary: "Print what was found as JSON", group: "Output" },
} as const satisfies FlagTable;

export type DoctorK8sFlags = FlagValues<typeof flags>;

export const doctorK8s = defineCommand({
  name: "doctor k8s",
  summary: "Say why a deployed model does not run in Kubernetes",
  description:
    "Looks at a cluster through kubectl, and changes nothing: at pods, their events and logs, and at what models say of themselves. " +
    "Without a NAME at everything that was deployed by 'cog deploy kubernetes'. The exit code is 1 when something is broken.",
  arguments: { usage: "[NAME]", least: 0, most: 1 },
  flags,
  examples: [
    { command: "cog doctor k8s", what: "All models in the namespace of kubectl" },
    { command: "cog doctor k8s my-model -n models", what: "One model, in another namespace" },
  ],
  async run({ flags: given, args: [name] }, context) {
    const { examineCluster } = await import("./examining-cluster.ts");
    return await examineCluster(given, name, context);
  },
});
