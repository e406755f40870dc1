/**
 * Who we are to the storage: the variables, else what a role gives (EC2, ECS, Kubernetes, a profile), for which AWS has a
 * library. It is not carried along: few need it, and it is larger than this server.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "@cog/core/errors";
import type { StorageSettings } from "#settings";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Asked for each request: those of a role expire, and are renewed by the library. */
export type CredentialSource = () => Promise<Credentials>;

const LIBRARY = "@aws-sdk/credential-providers";

/** Throws a UserError when there are none. */
export function findCredentials(settings: StorageSettings): CredentialSource {
  const { accessKeyId, secretAccessKey, sessionToken } = settings;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const known = Promise.resolve({ accessKeyId, secretAccessKey, sessionToken });
    return () => known;
  }
  if ((accessKeyId ?? secretAccessKey) !== undefined) {
    const missing = accessKeyId === undefined ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    throw new UserError("storage.credentials", `Object storage needs ${missing}, too, which is not set.`, {
      hint: "The two are the halves of one key.",
    });
  }
  return credentialsOfRole();
}

function credentialsOfRole(): CredentialSource {
  // As a program in the working directory would find it, which also looks where NODE_PATH says.
  const load = createRequire(join(process.cwd(), "package.json"));
  let path: string;
  try {
    path = load.resolve(LIBRARY);
  } catch (error) {
    throw new UserError("storage.credentials", "Object storage needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.", {
      hint: `Set them. For the role of a machine, task or pod install the npm package ${LIBRARY} in the working directory, or where NODE_PATH names it.`,
      cause: error,
    });
  }
  const { fromNodeProviderChain } = load(path) as { fromNodeProviderChain: () => CredentialSource };
  return fromNodeProviderChain();
}
