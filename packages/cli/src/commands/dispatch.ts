/**
 * What `cog run …` means: a prediction, as in the new era, or a command in the model's environment, as in the old one.
 * Rules in order, the first that matches wins; nothing is contacted before the decision.
 */
import type { FlagTable } from "./command.ts";
import { readWords, type Word } from "./words.ts";

export type Dispatch =
  | {
      readonly kind: "predict";
      /** The words without the image. */
      readonly words: readonly string[];
      readonly image?: string;
      /** It might have been meant as a command. */
      readonly unsure?: true;
    }
  | { readonly kind: "exec"; readonly flags: readonly string[]; readonly command: readonly string[] }
  | { readonly kind: "usage-error"; readonly message: string }
  | { readonly kind: "forgot-input"; readonly image: string };

export interface DispatchFacts {
  /** All flags of `cog run`, in both its meanings. */
  readonly flags: FlagTable;
  readonly predictionFlags: ReadonlySet<string>;
  readonly execFlags: ReadonlySet<string>;
  /** In the current or the project's directory. */
  readonly fileExists: (path: string) => boolean;
}

const KNOWN_COMMANDS = new Set(
  (
    "python pip pip3 uv bash sh zsh env ls cat echo cp mv rm mkdir pwd which test true false sleep curl wget git make " +
    "jupyter ipython pytest nvidia-smi accelerate torchrun deepspeed tensorboard ffmpeg apt-get"
  ).split(" "),
);

/** @param argv everything after `run` */
export function dispatchRun(argv: readonly string[], facts: DispatchFacts): Dispatch {
  const words = readWords(argv, { flags: facts.flags });
  const at = words.findIndex(({ kind }) => kind === "positional");
  const position = words[at];
  const head = at < 0 ? words : words.slice(0, at);
  const hasExecFlag = head.some((word) => isFlagOf(word, facts.execFlags));
  const hasPredictionFlag = head.some((word) => isFlagOf(word, facts.predictionFlags));

  if (position?.kind === "positional" && position.text === "")
    return { kind: "usage-error", message: "the name of the image is empty" };
  if (position?.kind !== "positional") {
    if (!hasExecFlag) return { kind: "predict", words: argv };
    return {
      kind: "usage-error",
      message: "-p needs a command to run; to serve the model on a port use: cog serve -p PORT",
    };
  }
  // Flags before the first word are ours: an unknown one is a mistake, and the word may be its value.
  if (!hasExecFlag && head.some(({ kind }) => kind === "unknown-flag")) return { kind: "predict", words: argv };
  const before = argv.slice(0, position.from);
  const exec: Dispatch = {
    kind: "exec",
    flags: before.filter((word, index) => !(word === "--" && index === before.length - 1)),
    command: argv.slice(position.from),
  };
  const image = position.text;
  const rest = words.slice(at + 1);
  const predict: Dispatch = { kind: "predict", image, words: [...before, ...argv.slice(position.to)] };

  const isCommand = words[at - 1]?.kind === "end-of-flags";
  if ((isCommand || hasExecFlag) && hasPredictionFlag) {
    const what = isCommand ? `a command, ${image},` : "-p";
    return { kind: "usage-error", message: `flags of predictions and ${what} cannot be used together` };
  }
  if (isCommand || hasExecFlag) return exec;
  if (hasPredictionFlag) {
    const another = rest.find(({ kind }) => kind === "positional");
    if (another?.kind !== "positional") return predict;
    return { kind: "usage-error", message: `one image at most can be given, got "${image}" and "${another.text}"` };
  }
  if (isKnownCommand(image) || isPathLike(image) || facts.fileExists(image)) return exec;

  const onlyFlags = rest.every(isOurs);
  if (onlyFlags && (rest.some((word) => isFlagOf(word, facts.predictionFlags)) || isExplicitImage(image)))
    return predict;
  if (!onlyFlags) return exec;
  if (image.includes("=")) return { kind: "forgot-input", image };
  return { ...predict, unsure: true };
}

function isFlagOf(word: Word, names: ReadonlySet<string>): boolean {
  return (word.kind === "flag" || word.kind === "missing-value") && names.has(word.name);
}

/** A flag that lacks its value, or has a wrong one, is a mistake in our flags, not a command's word. */
function isOurs({ kind }: Word): boolean {
  return kind === "flag" || kind === "missing-value" || kind === "bad-switch";
}

function isKnownCommand(word: string): boolean {
  return KNOWN_COMMANDS.has(word) || word.startsWith("python3") || word.startsWith("script/");
}

/** Windows' spellings too: `.\train.bat`, `C:\tools\train.exe`. */
function isPathLike(word: string): boolean {
  return /^(\.{0,2}[/\\]|~|[A-Za-z]:[/\\])|\.(py|sh)$/.test(word);
}

/** Has a digest, a tag, or a host. */
function isExplicitImage(word: string): boolean {
  if (word.includes("@sha256:")) return true;
  const [first = "", ...more] = word.split("/");
  return /:[^/]+$/.test(word) || (more.length > 0 && /[.:]|^localhost$/.test(first));
}
