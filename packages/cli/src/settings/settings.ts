/** Every environment variable the command line knows, read here and nowhere else. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { EndpointSettings } from "@cog/core/object-storage";

const MIB = 1024 * 1024;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Settings {
  /** COG_ENGINE: auto, docker, podman or local; whatever it says, checked where it is used. */
  readonly engine: string | undefined;
  /** COG_BUILDER: docker, podman or buildah; checked where it is used, too. */
  readonly builder: string | undefined;
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
  /** COG_REGISTRY_HOST: the registry that is meant where none is named, and where Cog's own base images are. */
  readonly registryHost: string | undefined;
  readonly registries: RegistrySettings;
  /** COG_MODEL, or in parts COG_MODEL_REGISTRY, COG_MODEL_REPO, COG_MODEL_TAG: where a model is pushed to. */
  readonly model: ModelSettings;
  readonly weights: WeightSettings;
  readonly queue: QueueSettings;
  readonly push: PushSettings;
  /** COG_SKIP_DOCKER_CHECK, COG_SKIP_GPU_CHECK: what `cog doctor` shall not look at. */
  readonly doctorSkips: { readonly docker: boolean; readonly gpu: boolean };
  /** COG_OPENAPI_SCHEMA: a document to build with in place of the one read from the source. */
  readonly openApiSchema: string | undefined;
  /** Undefined when nobody is to be asked for news. */
  readonly update: UpdateSettings | undefined;
  readonly home: string;
  /** What children inherit. */
  readonly environment: Environment;
}

export interface ModelSettings {
  readonly model: string | undefined;
  readonly registry: string | undefined;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
}

export interface WeightSettings {
  /** HF_ENDPOINT, as given. */
  readonly huggingFaceEndpoint: string;
  /** HF_TOKEN, else HUGGING_FACE_HUB_TOKEN. */
  readonly huggingFaceToken: string | undefined;
  /** AWS_ACCESS_KEY_ID and the like: s3:// weights. */
  readonly s3: ObjectStorageSettings;
  /** COG_WEIGHTS_REPO: where an image's weights are fetched from. */
  readonly repository: string | undefined;
  /** COG_WEIGHTS_FILE: what says which they are. */
  readonly file: string | undefined;
  /** COG_CACHE_DIR, where somebody has named it: shared by all models whose weights are fetched. */
  readonly sharedCache: string | undefined;
  /** COG_WEIGHTS_COPY: files are copied into a project where they cannot be linked. */
  readonly copies: boolean;
}

export interface QueueSettings {
  /** COG_REDIS_URL, as given. */
  readonly redisUrl: string | undefined;
  /** COG_REDIS_QUEUE */
  readonly name: string | undefined;
  /** COG_QUEUE_LAG_MAX, as given: a prediction is refused when more than these wait. */
  readonly lagMax: string | undefined;
}

export interface ObjectStorageSettings extends EndpointSettings {
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
  readonly sessionToken: string | undefined;
}

export interface PushSettings {
  /** COG_PUSH_OCI=1: without the engine's own push. */
  readonly oci: boolean;
  /** COG_PUSH_CONCURRENCY: blobs at a time. */
  readonly concurrency: number;
  /** COG_PUSH_DEFAULT_CHUNK_SIZE, in bytes: of a chunk, where the registry names no maximum. */
  readonly chunkBytes: number;
  /** COG_PUSH_MULTIPART_THRESHOLD, in bytes: larger blobs go in chunks. */
  readonly thresholdBytes: number;
  /** COG_PUSH_COMPRESSION: gzip, zstd or none; checked where it is used. */
  readonly compression: string | undefined;
}

export interface RegistrySettings {
  /** DOCKER_CONFIG: the directory of Docker's config.json. */
  readonly dockerConfig: string;
  /** Where Podman keeps credentials: REGISTRY_AUTH_FILE, else below XDG_RUNTIME_DIR; undefined without either. */
  readonly podmanAuth: string | undefined;
  /** COG_INSECURE_REGISTRIES: hosts, with commas between them, that are spoken to without encryption. */
  readonly insecureHosts: readonly string[];
  /** COG_CA_CERT, as given. */
  readonly caCertificate: string | undefined;
}

export interface UpdateSettings {
  /** COG_UPDATE_URL */
  readonly url: string;
  readonly stateFile: string;
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

/** COG_CACHE_DIR, else the usual place of caches; a variable that is empty counts as absent. */
export function cacheDirectoryIn(environment: Environment = process.env): string {
  const { COG_CACHE_DIR, XDG_CACHE_HOME, HOME } = environment;
  return COG_CACHE_DIR || join(XDG_CACHE_HOME || join(HOME || homedir(), ".cache"), "cog");
}

/** For what looks at the environment by itself: the library that asks questions, and programs that are started. */
export function refuseColor(): void {
  process.env["NO_COLOR"] = "1";
}

export function readSettings(environment: Environment = process.env): Settings {
  const text = (name: string): string | undefined => environment[name] || undefined;
  const home = text("HOME") ?? homedir();
  const data = text("XDG_DATA_HOME") ?? join(home, ".local", "share");
  const update = text("COG_UPDATE_URL");
  const asks = [text("COG_NO_UPDATE_CHECK"), text("CI")].every((reason) => reason === undefined);
  const config = text("XDG_CONFIG_HOME") ?? join(home, ".config");
  const runtime = text("XDG_RUNTIME_DIR");
  return {
    engine: text("COG_ENGINE"),
    builder: text("COG_BUILDER"),
    cacheDirectory: cacheDirectoryIn(environment),
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
    doctorSkips: {
      docker: text("COG_SKIP_DOCKER_CHECK") !== undefined,
      gpu: text("COG_SKIP_GPU_CHECK") !== undefined,
    },
    registries: {
      dockerConfig: text("DOCKER_CONFIG") ?? join(home, ".docker"),
      podmanAuth: text("REGISTRY_AUTH_FILE") ?? (runtime && join(runtime, "containers", "auth.json")),
      insecureHosts: (text("COG_INSECURE_REGISTRIES") ?? "").split(/[,\s]+/).filter((host) => host !== ""),
      caCertificate: text("COG_CA_CERT"),
    },
    model: {
      model: text("COG_MODEL"),
      registry: text("COG_MODEL_REGISTRY"),
      repository: text("COG_MODEL_REPO"),
      tag: text("COG_MODEL_TAG"),
    },
    weights: {
      huggingFaceEndpoint: text("HF_ENDPOINT") ?? "https://huggingface.co",
      huggingFaceToken: text("HF_TOKEN") ?? text("HUGGING_FACE_HUB_TOKEN"),
      s3: {
        accessKeyId: text("AWS_ACCESS_KEY_ID"),
        secretAccessKey: text("AWS_SECRET_ACCESS_KEY"),
        sessionToken: text("AWS_SESSION_TOKEN"),
        region: text("AWS_REGION") ?? text("AWS_DEFAULT_REGION"),
        s3Endpoint: (text("AWS_ENDPOINT_URL_S3") ?? text("AWS_ENDPOINT_URL"))?.replace(/\/+$/, ""),
        gsEndpoint: undefined,
        pathStyle: switched(text("COG_S3_PATH_STYLE")),
      },
      repository: text("COG_WEIGHTS_REPO"),
      file: text("COG_WEIGHTS_FILE"),
      sharedCache: text("COG_CACHE_DIR"),
      copies: text("COG_WEIGHTS_COPY") !== undefined,
    },
    queue: {
      redisUrl: text("COG_REDIS_URL"),
      name: text("COG_REDIS_QUEUE"),
      lagMax: text("COG_QUEUE_LAG_MAX"),
    },
    push: {
      oci: text("COG_PUSH_OCI") === "1",
      concurrency: positive(text("COG_PUSH_CONCURRENCY")) ?? 5,
      chunkBytes: positive(text("COG_PUSH_DEFAULT_CHUNK_SIZE")) ?? 96 * MIB,
      thresholdBytes: positive(text("COG_PUSH_MULTIPART_THRESHOLD")) ?? 128 * MIB,
      compression: text("COG_PUSH_COMPRESSION"),
    },
    openApiSchema: text("COG_OPENAPI_SCHEMA"),
    update:
      update !== undefined && asks ? { url: update, stateFile: join(config, "cog", "update-state.json") } : undefined,
    home,
    environment,
  };
}

function switched(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === "1" || text === "true";
}

/** What is no whole number from 1 on counts as absent. */
function positive(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}
