/** Before anything is built: does the registry take a push from us? */
import { type ContainerTool, cannotReach } from "#docker";
import {
  type ChunkLimits,
  checkPushAccess,
  openRegistry,
  type Registry,
  RegistryError,
  type StoredCredentials,
  storedCredentials,
  Transport,
} from "#registry";
import type { Reporter } from "#report";
import { explainRefusal, type Refused } from "./failure.ts";
import type { PushTarget } from "./reference.ts";

export interface AccessOptions {
  readonly tool: ContainerTool;
  readonly insecureHosts: readonly string[];
  /** PEM text. */
  readonly certificates: string | undefined;
  /** What is looked into for credentials, in this order. */
  readonly credentialFiles: readonly string[];
  readonly limits?: ChunkLimits;
  readonly signal: AbortSignal;
  readonly report: Reporter;
}

/** The way to a registry that takes what we push, and what was found out about it. */
export interface Access {
  readonly plainHttp: boolean;
  /** Who holds the credentials that were tried; undefined where there are none. */
  readonly credentialsFrom: string | undefined;
  /** Undefined where only the tool gets to it. */
  readonly registry: Registry | undefined;
  close(): Promise<void>;
}

/** @throws CogError when it is known that a push would be refused */
export async function openAccess(target: PushTarget, options: AccessOptions): Promise<Access> {
  const { tool } = options;
  const opened = await openUnasked(target, options);
  const { stored, transport, registry } = opened;
  try {
    const isOurs = await mayPush(target, stored, { ...options, tool, transport });
    return {
      plainHttp: transport.allowsPlain(target.host),
      credentialsFrom: stored?.from,
      registry: isOurs ? registry : undefined,
      close: async () => await transport.close(),
    };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

/**
 * The same, without asking anything: whoever needs few requests is told by the first.
 * @param pushes not only read from it
 */
export async function openDirectly(
  target: Pick<PushTarget, "host" | "repository">,
  { pushes, ...options }: Omit<AccessOptions, "tool"> & { readonly pushes: boolean },
): Promise<DirectAccess> {
  const pushesTo = pushes ? target.repository : undefined;
  const { registry, stored, transport } = await openUnasked(target, { ...options, pushesTo });
  return { registry, credentialsFrom: stored?.from, close: async () => await transport.close() };
}

export interface DirectAccess {
  readonly registry: Registry;
  readonly credentialsFrom: string | undefined;
  close(): Promise<void>;
}

async function openUnasked(
  target: Pick<PushTarget, "host" | "repository">,
  { pushesTo, ...options }: Omit<AccessOptions, "tool"> & { readonly pushesTo?: string | undefined },
) {
  const { insecureHosts, certificates, limits, report } = options;
  const transport = new Transport({ insecureHosts, certificates });
  const stored = await found(target, options).catch(async (error: unknown) => {
    await transport.close();
    throw error;
  });
  const registry = openRegistry({
    host: target.host,
    transport,
    credentials: stored?.credentials,
    pushesTo,
    limits,
    onRetry: ({ error, attempt, waitMs }) =>
      report.debug(`${error.message}; attempt ${attempt} in ${Math.ceil(waitMs / 1000)} s`),
  });
  return { registry, stored, transport };
}

/** False when only the tool gets there. */
async function mayPush(
  target: PushTarget,
  stored: StoredCredentials | undefined,
  { tool, transport, signal, report }: AccessOptions & { readonly transport: Transport },
): Promise<boolean> {
  try {
    await checkPushAccess(target, { credentials: stored?.credentials, transport, signal });
    return true;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const refused: Refused = { target, tool, credentialsFrom: stored?.from };
    if (!mayBeOurs(error)) throw explainRefusal(error.failure, error.message, refused);
    report.debug(`${error.message}; asking ${tool}`);
    const plainHttp = transport.allowsPlain(target.host);
    const reason = await cannotReach(target.repositoryName, { tool, signal, plainHttp });
    if (reason !== undefined) throw explainRefusal("unreachable", reason, refused);
    return false;
  }
}

/** The engine may have other proxies and certificates than we, or a network of its own: it is the one that will push. */
function mayBeOurs({ failure }: RegistryError): boolean {
  return failure === "unreachable" || failure === "not-a-registry";
}

/** Where a helper does not work, tools go on as anybody. */
async function found(
  target: Pick<PushTarget, "host" | "repository">,
  options: Omit<AccessOptions, "tool">,
): Promise<StoredCredentials | undefined> {
  const { credentialFiles: files, signal, report } = options;
  try {
    return await storedCredentials(target, { files, signal });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    report.warn(error.message);
    return undefined;
  }
}
