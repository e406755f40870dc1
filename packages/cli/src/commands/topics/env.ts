import { variables } from "#settings";
import type { Page } from "../page.ts";

export const envPage: Page = {
  name: "cog help env",
  summary: "Environment variables that cog listens to.",
  usage: "NAME=value cog <command>",
  paragraphs: [
    "A flag wins over the variable that says the same. An empty variable counts as absent. The model sees what " +
      "cog.yaml's 'environment' and -e NAME=VALUE give it.",
  ],
  examples: [
    { command: "COG_ENGINE=local cog run -i n=1", what: "Without Docker, for once" },
    { command: "cog run -e HF_TOKEN -i n=1", what: "Give the model a variable of yours" },
  ],
  sections: [...new Set(variables.map(({ group }) => group))].map((group) => ({
    title: group,
    rows: variables.filter((one) => one.group === group).map(({ name, meaning }) => ({ term: name, text: meaning })),
  })),
};
