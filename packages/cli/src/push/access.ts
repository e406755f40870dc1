/** Before anything is built: does the registry take a push from us? */
import { type ContainerTool, cannotReach } from "#docker";
import { checkPushAccess, RegistryError, type StoredCredentials, storedCredentials, Transport } from "#registry";
import type { Reporter } from "#report";
import { explainRefusal, type Refused } from "./failure.ts";
import type { PushTarget } from "./reference.ts";

export interface AccessOptions {
  readonly tool: ContainerTool;
  readonly insecureHosts: readonly string[];
  /** PEM text. */
  readonly certificates: string | undefined;
  /** What the tool itself would look into for credentials, in its order. */
  readonly credentialFiles: readonly string[];
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/** What was found out on the way, for the push itself. */
export interface Access {
  readonly plainHttp: boolean;
  /** Who holds the credentials that were tried; undefined where there are none. */
  readonly credentialsFrom: string | undefined;
}

/** @throws CogError when it is known that a push would be refused */
export async function checkAccess(target: PushTarget, options: AccessOptions): Promise<Access> {
  const { insecureHosts, certificates, signal, report, tool } = options;
  const transport = new Transport({ insecureHosts, certificates });
  try {
    const stored = await found(target, options);
    const access = { plainHttp: transport.allowsPlain(target.host), credentialsFrom: stored?.from };
    try {
      await checkPushAccess(target, { credentials: stored?.credentials, transport, signal });
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      const refused: Refused = { target, tool, credentialsFrom: stored?.from };
      if (!mayBeOurs(error)) throw explainRefusal(error.failure, error.message, refused);
      report.debug(`${error.message}; asking ${tool}`);
      const { repositoryName } = target;
      const reason = await cannotReach(repositoryName, { tool, signal, plainHttp: access.plainHttp });
      if (reason !== undefined) throw explainRefusal("unreachable", reason, refused);
    }
    return access;
  } finally {
    await transport.close();
  }
}

/** The engine may have other proxies and certificates than we, or a network of its own: it is the one that will push. */
function mayBeOurs({ failure }: RegistryError): boolean {
  return failure === "unreachable" || failure === "not-a-registry";
}

/** Where a helper does not work, tools go on as anybody. */
async function found(target: PushTarget, options: AccessOptions): Promise<StoredCredentials | undefined> {
  const { credentialFiles: files, signal, report } = options;
  try {
    return await storedCredentials(target, { files, signal });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    report.warn(error.message);
    return undefined;
  }
}
