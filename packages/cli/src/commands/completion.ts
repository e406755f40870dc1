import { defineCommand } from "./command.ts";

export const completion = defineCommand({
  name: "completion",
  summary: "Print a script that lets your shell complete cog's words",
  description: `
Commands, flags and their values are completed, and what is known only here: the inputs of the model in this directory
(cog run -i <TAB>) and the Cog images of this machine (cog run <TAB>).

  bash        echo 'source <(cog completion bash)' >> ~/.bashrc
  zsh         cog completion zsh > "\${fpath[1]}/_cog"
  fish        cog completion fish > ~/.config/fish/completions/cog.fish
  powershell  cog completion powershell | Out-String | Invoke-Expression`,
  arguments: { usage: "bash|zsh|fish|powershell", least: 1, most: 1, choices: ["bash", "zsh", "fish", "powershell"] },
  flags: {},
  examples: [{ command: "source <(cog completion bash)", what: "In this bash, until it ends" }],
  async run({ args: [shell = ""] }, { stdout }) {
    const { scripts } = await import("./completion/scripts.ts");
    stdout.write(scripts[shell as keyof typeof scripts]); // one of the choices
    return 0;
  },
});
