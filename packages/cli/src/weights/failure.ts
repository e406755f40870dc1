/** What to say when the registry that keeps the weights does not do what is asked. */
import { UnavailableError, UserError } from "@cog/core/errors";
import { RegistryError } from "#registry";

export interface Registered {
  /** `registry.example.com/ada/model` */
  readonly name: string;
  readonly host: string;
}

/** @param doing as in `cannot push weights to`; other errors pass as they are */
export function explainRegistry(error: unknown, doing: string, { name, host }: Registered): unknown {
  if (!(error instanceof RegistryError)) return error;
  const message = `${doing} ${name}: ${error.message}`;
  const { failure, cause } = error;
  switch (failure) {
    case "unauthorized":
    case "denied":
      return new UserError(`registry.${failure}`, message, {
        cause,
        hint: `Log in with 'cog login --registry ${host}' or 'docker login ${host}'.`,
      });
    case "unreachable":
    case "not-a-registry":
      return new UnavailableError("registry.unreachable", message, {
        cause,
        hint: "Check 'model' in cog.yaml and the network, and run the command again: what is done is kept.",
      });
    case "not-found":
      return new UserError("registry.not_found", message, {
        cause,
        hint: "Run 'cog weights import' to push what is missing.",
      });
    case "corrupt":
      return new UserError("registry.corrupt", message, { cause });
    default:
      return new UserError("registry.refused", message, { cause });
  }
}
