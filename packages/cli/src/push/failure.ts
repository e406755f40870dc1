/** What to say of a push that a registry does not take, before the build and after it. */
import { CogError, UnavailableError, UserError } from "@cog/core/errors";
import type { ContainerTool, PushOutcome } from "#docker";
import type { RegistryFailure } from "#registry";
import { loginCommands, type PushTarget, REPLICATE } from "./reference.ts";

export interface Refused {
  readonly target: PushTarget;
  /** What pushes; absent: we do. */
  readonly tool?: ContainerTool | undefined;
  readonly credentialsFrom: string | undefined;
}

type Reason = RegistryFailure | Extract<PushOutcome, { readonly ended: "refused" }>["why"];

/** @param said by the registry or the tool: without secrets */
export function explainRefusal(reason: Reason, said: string, { target, tool, credentialsFrom }: Refused): CogError {
  const { host, repository, name } = target;
  switch (reason) {
    case "unknown-repository":
      return host === REPLICATE ? noReplicateModel(target) : noRepository(target);
    case "unauthorized":
    case "denied": {
      const tried = credentialsFrom === undefined ? "no credentials are stored for it" : `tried ${credentialsFrom}`;
      const asks = reason === "denied" ? `Or ask whoever runs ${host} for the right to push to ${repository}.` : "";
      return new UserError(`push.${reason}`, `failed to push image: authorization failed (${said}; ${tried})`, {
        hint: [loginCommands(host), asks].filter((line) => line !== "").join("\n"),
      });
    }
    case "no-such-image":
      return new UserError("push.tag_not_found", `tag not found: "${name}"`);
    case "unreachable":
    case "not-a-registry":
      return new UnavailableError("push.unreachable", `cannot push to ${host}: ${said}`, {
        hint: `Check the name of the registry, and the network and proxy${tool === undefined ? "." : ` of ${tool}, which pushes.`}`,
      });
    case "too-large":
      return new UserError("push.too_large", `failed to push image: ${said}`, {
        hint: "Send smaller parts: COG_PUSH_MULTIPART_THRESHOLD and COG_PUSH_DEFAULT_CHUNK_SIZE are numbers of bytes.",
      });
    case "other":
    case "not-found":
    case "refused":
    case "corrupt":
    case "invalid-reference":
    case "docker-config":
    case "credential-helper":
      return new CogError("push.failed", `failed to push image: ${said}`);
  }
}

function noReplicateModel({ host, repository }: PushTarget): UserError {
  const message = `Unable to find existing Replicate model for ${host}/${repository}. Go to replicate.com and create a new model before pushing.`;
  return new UserError("push.model_not_found", message, {
    hint: "If the model already exists, you may be getting this error because you are not logged in as its owner.\nThis can happen if you used 'sudo cog login' and not 'cog login', or the other way round: each user of this machine has credentials of their own.",
  });
}

function noRepository({ host, repository }: PushTarget): UserError {
  return new UserError("push.repository_not_found", `failed to push image: ${host} has no repository ${repository}`, {
    hint: "Some registries want it to be created first; see their console.",
  });
}
