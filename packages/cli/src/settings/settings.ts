/** Every environment variable the command line knows, read here and nowhere else. */
import { homedir } from "node:os";
import { join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  /** COG_ENGINE: auto, docker or local; whatever it says, checked where it is used. */
  readonly engine: string | undefined;
  /** Where environments and downloads are kept. */
  readonly cacheDirectory: string;
  /** COG_PYTHON: the interpreter for the local engine. */
  readonly python: string | undefined;
  /** The interpreter that the wheel was installed into, when this program came by pip. */
  readonly ownPython: string | undefined;
  readonly pythonSearch: PythonSearch;
  /** COG_SDK_WHEEL, as build/ reads it too. */
  readonly sdkWheel: string | undefined;
  readonly color: ColorSettings;
  readonly progress: string | undefined;
  readonly deprecationWarnings: boolean;
  readonly replicateToken: string | undefined;
  readonly dockerHost: string | undefined;
  /** COG_REGISTRY_HOST: where Cog's own base images are. */
  readonly registryHost: string | undefined;
  /** COG_OPENAPI_SCHEMA: a document to build with in place of the one read from the source. */
  readonly openApiSchema: string | undefined;
  readonly home: string;
  /** What children inherit. */
  readonly environment: Environment;
}

export interface PythonSearch {
  readonly path: string;
  /** Directories that hold one Python a folder: pyenv's and uv's. */
  readonly installations: readonly string[];
}

export interface ColorSettings {
  /** NO_COLOR or COG_NO_COLOR is set to something. */
  readonly refused: boolean;
  /** TERM=dumb */
  readonly dumb: boolean;
}

export function readSettings(environment: Environment = process.env): Settings {
  const text = (name: string): string | undefined => environment[name] || undefined;
  const home = text("HOME") ?? homedir();
  const data = text("XDG_DATA_HOME") ?? join(home, ".local", "share");
  return {
    engine: text("COG_ENGINE"),
    cacheDirectory: text("COG_CACHE_DIR") ?? join(text("XDG_CACHE_HOME") ?? join(home, ".cache"), "cog"),
    python: text("COG_PYTHON"),
    ownPython: text("COG_PYTHON_CLI"),
    pythonSearch: {
      path: environment["PATH"] ?? "",
      installations: [
        join(text("PYENV_ROOT") ?? join(home, ".pyenv"), "versions"),
        text("UV_PYTHON_INSTALL_DIR") ?? join(data, "uv", "python"),
      ],
    },
    sdkWheel: text("COG_SDK_WHEEL"),
    color: {
      refused: text("NO_COLOR") !== undefined || text("COG_NO_COLOR") !== undefined,
      dumb: environment["TERM"] === "dumb",
    },
    progress: text("BUILDKIT_PROGRESS"),
    deprecationWarnings: text("COG_NO_DEPRECATION_WARNINGS") === undefined,
    replicateToken: text("REPLICATE_API_TOKEN"),
    dockerHost: text("DOCKER_HOST"),
    registryHost: text("COG_REGISTRY_HOST"),
    openApiSchema: text("COG_OPENAPI_SCHEMA"),
    home,
    environment,
  };
}
