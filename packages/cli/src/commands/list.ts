import { baseImageBuild, baseImageDockerfile, baseImageMatrix } from "./base-image.ts";
import { build } from "./build.ts";
import type { AnyCommand } from "./command.ts";
import { completion } from "./completion.ts";
import { debug } from "./debug.ts";
import { deployCompose, deployKubernetes } from "./deploy.ts";
import { doctor } from "./doctor.ts";
import { doctorK8s } from "./doctor-k8s.ts";
import { exec } from "./exec.ts";
import { gateway } from "./gateway.ts";
import { init } from "./init.ts";
import { inspect } from "./inspect.ts";
import { login } from "./login.ts";
import { logs } from "./logs.ts";
import { ls } from "./ls.ts";
import { migrate } from "./migrate.ts";
import { playground } from "./playground.ts";
import { predict } from "./predict.ts";
import { ps } from "./ps.ts";
import { push } from "./push.ts";
import { queueCancel, queueResult, queueStatus, queueSubmit } from "./queue.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { serve } from "./serve.ts";
import { stop } from "./stop.ts";
import { train } from "./train.ts";
import { version } from "./version.ts";
import {
  weightsFetch,
  weightsImport,
  weightsInspect,
  weightsList,
  weightsPrune,
  weightsPull,
  weightsPush,
  weightsStatus,
} from "./weights.ts";

/** In the order of `cog --help`. What a command needs is loaded when it runs. */
export const commands: readonly AnyCommand[] = [
  init,
  run,
  serve,
  playground,
  build,
  push,
  deployKubernetes,
  deployCompose,
  exec,
  doctor,
  doctorK8s,
  login,
  inspect,
  schema,
  ls,
  ps,
  logs,
  stop,
  queueSubmit,
  queueResult,
  queueCancel,
  queueStatus,
  gateway,
  completion,
  version,
  predict,
  train,
  migrate,
  debug,
  weightsImport,
  weightsPull,
  weightsPush,
  weightsStatus,
  weightsList,
  weightsInspect,
  weightsPrune,
  weightsFetch,
  baseImageDockerfile,
  baseImageBuild,
  baseImageMatrix,
];
