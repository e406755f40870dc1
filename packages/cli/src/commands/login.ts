import { defineCommand, type FlagTable, type FlagValues } from "./command.ts";

const flags = {
  "token-stdin": { summary: "Read the token, or the password, from standard input" },
  username: { summary: "Log in as this user; needed with --password-stdin", short: "u", value: "NAME" },
  "password-stdin": { summary: "Read the password from standard input" },
} as const satisfies FlagTable;

export type LoginFlags = FlagValues<typeof flags>;

export const login = defineCommand({
  name: "login",
  summary: "Log in to a registry",
  description:
    "Which one: --registry, else COG_REGISTRY_HOST, else that of cog.yaml's image, else r8.im. Credentials are kept where " +
    "Docker keeps its own.",
  flags,
  examples: [
    { command: "cog login", what: "Asks for what it needs" },
    {
      command: 'echo "$TOKEN" | cog login --registry ghcr.io --username ada --password-stdin',
      what: "In a script; the password is never on the command line",
    },
  ],
  async run({ flags: given }, context) {
    const { logIn } = await import("./logging-in.ts");
    await logIn(given, context);
    return 0;
  },
});
