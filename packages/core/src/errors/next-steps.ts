/** What to do next where the code alone decides it. Whoever throws knows better in the other cases, and says it. */
import type { ErrorCode } from "./codes.ts";

const CHECK_PATH = "Check the path: it is relative to the directory you are in.";
const SEE_ABOVE = "What it said last is above; run again with --debug to see more.";

export const NEXT_STEPS = {
  "builder.unknown": "Unset COG_BUILDER, and the first builder that answers is taken.",
  "config.invalid": "Run 'cog doctor' to check the rest of the project too.",
  "config.syntax": "Correct it there, then run 'cog doctor' to check the rest of the project.",
  "config.unreadable": "Make it a file of UTF-8 text that you may read.",
  "docker.inspect": "See what 'docker image inspect' says of it.",
  "docker.start": "See whether 'docker info' is well; COG_ENGINE=local runs without it.",
  "dockerfile.not_found": CHECK_PATH,
  "doctor.changed": "Run 'cog doctor --fix' again.",
  "doctor.not_written": "Make the files writable for you, then run 'cog doctor --fix' again.",
  "engine.unknown": "Unset COG_ENGINE, or say it here: --engine docker or --engine local.",
  "environment.file": CHECK_PATH,
  "environment.invalid": "Write -e NAME=VALUE, or -e NAME to take this machine's value.",
  "environment.lock": "Make the directory writable for you, or name another one in COG_CACHE_DIR.",
  "exec.port": "Write it like -p 8888, or -p 0.0.0.0:8888 to be reached from other machines.",
  "image.not_found": "'cog ls' lists the Cog images of this machine.",
  "image.pull": "Check the name and the network; for a private registry run 'cog login --registry HOST' first.",
  "init.not_written": "Make the directory writable for you, or name another one: cog init DIR.",
  "input.both": "Give all inputs with -i, or all of them in --json.",
  "input.file": CHECK_PATH,
  "input.invalid": "Run 'cog run --inputs' to see what the model takes.",
  "login.empty": "Run 'cog login' again and give one.",
  "login.not_replicate": "Check the network and the proxy, or name another registry: cog login --registry HOST.",
  "login.not_verified": "Run 'cog login' again in a while.",
  "login.unknown_user": "Run 'cog login' again with a new token from the page that it opens.",
  "model.ended": SEE_ABOVE,
  "model.reload": "Run 'cog stop', then run again.",
  "model.setup_failed": SEE_ABOVE,
  "model.setup_timeout": "--setup-timeout 0 waits as long as it takes.",
  "model.unhealthy": SEE_ABOVE,
  "output.directory": "Name a file or a directory with -o.",
  "prediction.failed": "Run again with --debug to see what the server did.",
  "prediction.stream": "Run again with --no-stream, or with --debug to see what the server did.",
  "push.failed": "Run again with --debug to see more.",
  "push.no_digest": "Push again, or look for it in the registry.",
  "push.reference": "Write it like registry.example.com/name:tag.",
  "push.tag": "Choose another tag.",
  "push.tag_not_found": "Build it first: cog build -t NAME.",
  "registry.corrupt": "Run it again; when it stays like this, import the weights anew: cog weights import.",
  "registry.refused": "Run 'cog login --registry HOST' when it wants to know who you are.",
  "replicate.token": "Run 'export REPLICATE_API_TOKEN=…' first, or leave --use-replicate-token out.",
  "requirements.local": "Name a release on the package index, or a wheel in the project.",
  "requirements.not_found": "Check the path: it is relative to the file that names it.",
  "requirements.option": "Take it out, or put it on a line of its own.",
  "requirements.outside": "Copy the file into the project.",
  "requirements.syntax": "Correct it there, then run 'cog doctor' to check the rest of the project.",
  "running.ambiguous": "Give more of the ID; 'cog ps' lists what is up.",
  "schema.file": "'cog schema > FILE' writes one that is read from the source.",
  "schema.invalid": "Correct it; 'cog schema' prints the one that is read from the source.",
  "sdk.not_found": "Give COG_SDK_WHEEL the path of one wheel, or unset it: a wheel comes with this command.",
  "sdk.too_old": "Name a newer one in build.sdk_version, or leave it out.",
  "volume.missing": "Create it, or correct the part before the colon.",
  "weights.layer": "Import the weights anew: cog weights import.",
  "weights.no_model": "Set 'model' in cog.yaml, or run 'export COG_MODEL=registry.example.com/owner/name' first.",
  "weights.paths": "Leave one of them out with 'exclude' in cog.yaml.",
  "weights.source": "Correct the source in cog.yaml, or see whether it can be reached.",
} as const satisfies Partial<Readonly<Record<ErrorCode, string>>>;

export function nextStepOf(code: ErrorCode): string | undefined {
  const steps: Partial<Readonly<Record<ErrorCode, string>>> = NEXT_STEPS;
  return steps[code];
}
