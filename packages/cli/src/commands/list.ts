import { build } from "./build.ts";
import type { AnyCommand } from "./command.ts";
import { debug } from "./debug.ts";
import { exec } from "./exec.ts";
import { init } from "./init.ts";
import { inspect } from "./inspect.ts";
import { predict } from "./predict.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { serve } from "./serve.ts";
import { train } from "./train.ts";
import { version } from "./version.ts";

/** In the order of `cog --help`. What a command needs is loaded when it runs. */
export const commands: readonly AnyCommand[] = [
  init,
  run,
  serve,
  build,
  exec,
  inspect,
  schema,
  version,
  predict,
  train,
  debug,
];
