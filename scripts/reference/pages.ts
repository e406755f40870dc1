/** The pages of the reference: of the command line, from the values its help is made of, of cog.yaml and of errors; and all docs as one text. */
import { CONFIG } from "@cog/core/config";
import { commandPage, commands, type Page, programPage, topics } from "../../packages/cli/src/commands/index.ts";
import { at } from "../repository.ts";
import { cogYaml } from "./cog-yaml.ts";
import { errorsPage } from "./errors.ts";
import { llmsText } from "./llms.ts";
import { asMan } from "./man.ts";
import { asMarkdown } from "./markdown.ts";

export interface Manual {
  readonly program: Page;
  /** Those of `cog --help`, in its order. */
  readonly commands: readonly Page[];
  /** Old names and what is for few: they work, and are told apart. */
  readonly more: readonly Page[];
  readonly topics: readonly Page[];
}

/** Each file with the text it shall have. */
export async function referenceFiles(): Promise<ReadonlyMap<string, string>> {
  const manual: Manual = {
    program: programPage(commands, topics),
    commands: commands.filter(({ hidden }) => hidden !== true).map(commandPage),
    more: commands.filter(({ hidden }) => hidden === true).map(commandPage),
    topics: await Promise.all(topics.map(({ load }) => load())),
  };
  const pages = new Map([
    [at("docs/reference/cli.md"), asMarkdown(manual)],
    [at("docs/reference/cog.1"), asMan(manual)],
    [at("docs/reference/cog-yaml.md"), cogYaml(CONFIG)],
    [at("docs/reference/errors.md"), errorsPage()],
  ]);
  return new Map([...pages, [at("docs/llms.txt"), llmsText(pages)]]);
}
