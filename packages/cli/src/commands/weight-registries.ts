/** Registries as `cog weights` speaks to them: as whom the stored credentials say, over one transport that is closed in the end. */
import { join } from "node:path";
import { caCertificate } from "#build";
import {
  type Credentials,
  checkPushAccess,
  openRegistry,
  type Reference,
  RegistryError,
  storedCredentials,
  Transport,
} from "#registry";
import { explainRegistry, type WeightRepository } from "#weights";
import type { CommandContext } from "./command.ts";

/** A repository somewhere, without a tag. */
export type Place = Pick<Reference, "host" | "repository">;

export interface OpenRepository extends WeightRepository {
  /** Asked before anything is fetched. @throws CogError when the registry would refuse */
  mayPush(): Promise<void>;
}

export interface Registries {
  readonly transport: Transport;
  open(place: Place): Promise<OpenRepository>;
}

/** Said by every command of the group, as Cog does. */
export function tellExperimental({ report }: Pick<CommandContext, "report">): void {
  report.warn("NOTE: cog weights is experimental. Behavior may change in future versions.");
  report.warn("Do not rely on it in production workflows.");
  report.info("");
}

export async function withRegistries<T>(
  context: CommandContext,
  work: (registries: Registries) => Promise<T>,
): Promise<T> {
  const { settings, signal } = context;
  const { insecureHosts, caCertificate: certificate } = settings.registries;
  const transport = new Transport({ insecureHosts, certificates: caCertificate(certificate) });
  try {
    return await work({ transport, open: async (place) => await openRepository(place, transport, context) });
  } catch (error) {
    // What was broken off fails in its own words.
    signal.throwIfAborted();
    throw error;
  } finally {
    await transport.close();
  }
}

async function openRepository(place: Place, transport: Transport, context: CommandContext): Promise<OpenRepository> {
  const { report, settings, signal } = context;
  const { host, repository } = place;
  const name = `${host}/${repository}`;
  const credentials = await credentialsFor(place, context);
  const registry = openRegistry({
    host,
    transport,
    credentials,
    limits: settings.push,
    onRetry: ({ error, waitMs }) => report.debug(`${error.message}; again in ${Math.round(waitMs)} ms`),
  });
  const mayPush = async () => {
    try {
      await checkPushAccess(place, { credentials, transport, signal });
    } catch (error) {
      throw explainRegistry(error, "cannot push weights to", { name, host });
    }
  };
  return { registry, repository, name, mayPush };
}

async function credentialsFor(
  place: Place,
  { report, settings, signal }: CommandContext,
): Promise<Credentials | undefined> {
  const { dockerConfig, podmanAuth } = settings.registries;
  const files = [join(dockerConfig, "config.json"), ...(podmanAuth === undefined ? [] : [podmanAuth])];
  try {
    return (await storedCredentials(place, { files, signal }))?.credentials;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    report.warn(error.message);
    return undefined;
  }
}
