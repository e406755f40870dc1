/** Every environment variable that the command line listens to, for its help and the manual. */

export interface Variable {
  readonly name: string;
  readonly meaning: string;
  readonly group: "Where models run" | "What is shown" | "Places" | "Building" | "Network and registries";
}

export const variables: readonly Variable[] = [
  { name: "COG_ENGINE", group: "Where models run", meaning: "auto, docker, podman or local, as --engine" },
  {
    name: "COG_BUILDER",
    group: "Where models run",
    meaning: "what builds images: docker, podman or buildah; default: the first that answers",
  },
  { name: "COG_PYTHON", group: "Where models run", meaning: "The Python that models run with locally" },
  { name: "DOCKER_HOST", group: "Where models run", meaning: "The Docker engine, as for docker itself" },
  {
    name: "REPLICATE_API_TOKEN",
    group: "Where models run",
    meaning: "Given to the model's context with --use-replicate-token",
  },

  { name: "COG_SKIP_DOCKER_CHECK", group: "What is shown", meaning: "Not empty: cog doctor does not look for Docker" },
  { name: "COG_SKIP_GPU_CHECK", group: "What is shown", meaning: "Not empty: cog doctor does not look at the GPU" },
  { name: "NO_COLOR", group: "What is shown", meaning: "Not empty: no colours, here and in the model" },
  { name: "COG_NO_COLOR", group: "What is shown", meaning: "Not empty: no colours" },
  { name: "TERM", group: "What is shown", meaning: "dumb: no colours, and nothing is redrawn" },
  { name: "BUILDKIT_PROGRESS", group: "What is shown", meaning: "auto, plain, tty or quiet, as --progress" },
  {
    name: "COG_NO_DEPRECATION_WARNINGS",
    group: "What is shown",
    meaning: "Not empty: no word about commands and keys of cog.yaml that have a new name",
  },

  {
    name: "COG_CACHE_DIR",
    group: "Places",
    meaning: "Environments, downloads, compiled parts; default: cog in XDG_CACHE_HOME",
  },
  {
    name: "COG_WEIGHTS_COPY",
    group: "Places",
    meaning: "Not empty: managed weights are copied into the project where they cannot be linked",
  },
  {
    name: "COG_WEIGHTS_FILE",
    group: "Places",
    meaning: "Which weights cog weights fetch brings; default: .cog/weights.json, here or at the root",
  },
  { name: "XDG_CACHE_HOME", group: "Places", meaning: "Default: ~/.cache" },
  { name: "XDG_CONFIG_HOME", group: "Places", meaning: "Default: ~/.config; cog/update-state.json is kept there" },
  { name: "XDG_DATA_HOME", group: "Places", meaning: "Default: ~/.local/share; uv keeps its Pythons there" },
  { name: "PYENV_ROOT", group: "Places", meaning: "Where pyenv keeps its Pythons; default: ~/.pyenv" },
  { name: "UV_PYTHON_INSTALL_DIR", group: "Places", meaning: "Where uv keeps its Pythons" },
  { name: "PATH", group: "Places", meaning: "Where python, uv and docker are looked for" },
  { name: "HOME", group: "Places", meaning: "What ~ stands for" },

  { name: "COG_OPENAPI_SCHEMA", group: "Building", meaning: "An OpenAPI document to build with, as --openapi-schema" },
  { name: "COG_SDK_WHEEL", group: "Building", meaning: "A cog wheel, or a version of it, to install into models" },
  {
    name: "SOURCE_DATE_EPOCH",
    group: "Building",
    meaning: "Seconds since 1970: the time of code that is pushed without a build, and of its image",
  },
  {
    name: "COG_CA_CERT",
    group: "Building",
    meaning: "A certificate to trust in builds and towards registries: a file, or its content",
  },
  { name: "GITHUB_SHA", group: "Building", meaning: "The revision in an image's labels; default: asked of git" },
  { name: "GITHUB_REF_NAME", group: "Building", meaning: "The version in an image's labels; default: asked of git" },

  {
    name: "COG_MODEL",
    group: "Network and registries",
    meaning: "Where cog push pushes to, HOST/REPOSITORY[:TAG], whatever cog.yaml says",
  },
  {
    name: "COG_MODEL_REGISTRY",
    group: "Network and registries",
    meaning: "The registry to push to; default: that of cog.yaml's model",
  },
  {
    name: "COG_MODEL_REPO",
    group: "Network and registries",
    meaning: "The repository to push to, without a host; default: cog.yaml's model",
  },
  {
    name: "COG_MODEL_TAG",
    group: "Network and registries",
    meaning: "The tag to push a model with; default: the time, like 20260102T030405Z",
  },
  { name: "COG_REDIS_URL", group: "Network and registries", meaning: "The Redis of a queue, as --redis-url" },
  { name: "COG_REDIS_QUEUE", group: "Network and registries", meaning: "The name of a queue, as --queue" },
  {
    name: "COG_QUEUE_LAG_MAX",
    group: "Network and registries",
    meaning: "A prediction is refused when more than these wait in its queue, as --lag-max",
  },
  {
    name: "COG_PUSH_OCI",
    group: "Network and registries",
    meaning: "1: cog push sends the layers itself, and falls back to the engine when that fails",
  },
  {
    name: "COG_PUSH_CONCURRENCY",
    group: "Network and registries",
    meaning: "How many layers, of images and of weights, are sent at a time; default: 5",
  },
  {
    name: "COG_PUSH_MULTIPART_THRESHOLD",
    group: "Network and registries",
    meaning: "Larger layers are sent in chunks, in bytes; default: 134217728",
  },
  {
    name: "COG_PUSH_DEFAULT_CHUNK_SIZE",
    group: "Network and registries",
    meaning: "The size of a chunk where the registry names no maximum, in bytes; default: 100663296",
  },
  {
    name: "COG_PUSH_COMPRESSION",
    group: "Network and registries",
    meaning: "What layers are compressed with that are not yet: gzip (default), zstd or none",
  },
  {
    name: "COG_REGISTRY_HOST",
    group: "Network and registries",
    meaning: "The default registry, as --registry; r8.im otherwise",
  },
  {
    name: "DOCKER_CONFIG",
    group: "Network and registries",
    meaning: "The directory of Docker's config.json, which credentials are kept in; default: ~/.docker",
  },
  {
    name: "REGISTRY_AUTH_FILE",
    group: "Network and registries",
    meaning: "Podman's file of credentials; default: containers/auth.json in XDG_RUNTIME_DIR",
  },
  {
    name: "XDG_RUNTIME_DIR",
    group: "Network and registries",
    meaning: "Where Podman's file of credentials is",
  },
  {
    name: "COG_INSECURE_REGISTRIES",
    group: "Network and registries",
    meaning: "Registries to speak to without encryption, with commas between them",
  },
  {
    name: "COG_WEIGHTS_REPO",
    group: "Network and registries",
    meaning: "Where cog weights fetch has them from, HOST/REPOSITORY, or a model there, HOST/REPOSITORY:TAG",
  },
  {
    name: "HF_ENDPOINT",
    group: "Network and registries",
    meaning: "Where hf:// weights come from; default: https://huggingface.co",
  },
  {
    name: "HF_TOKEN",
    group: "Network and registries",
    meaning: "A token for hf:// weights",
  },
  {
    name: "HUGGING_FACE_HUB_TOKEN",
    group: "Network and registries",
    meaning: "The same, where HF_TOKEN is not set",
  },
  {
    name: "AWS_ACCESS_KEY_ID",
    group: "Network and registries",
    meaning:
      "With AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where there is one: who reads s3:// weights; default: anybody",
  },
  { name: "AWS_SECRET_ACCESS_KEY", group: "Network and registries", meaning: "The secret of AWS_ACCESS_KEY_ID" },
  { name: "AWS_SESSION_TOKEN", group: "Network and registries", meaning: "Belongs to a key that is good for a while" },
  {
    name: "AWS_REGION",
    group: "Network and registries",
    meaning: "Where buckets are; else AWS_DEFAULT_REGION, else us-east-1",
  },
  { name: "AWS_DEFAULT_REGION", group: "Network and registries", meaning: "The same, for AWS's own tools" },
  {
    name: "AWS_ENDPOINT_URL_S3",
    group: "Network and registries",
    meaning: "The address of another storage than Amazon's; else AWS_ENDPOINT_URL",
  },
  { name: "AWS_ENDPOINT_URL", group: "Network and registries", meaning: "The same for all services" },
  {
    name: "COG_S3_PATH_STYLE",
    group: "Network and registries",
    meaning: "1: the bucket is in the path; 0: in the name of the host; default: in the path at another storage",
  },
  {
    name: "HTTPS_PROXY",
    group: "Network and registries",
    meaning: "The proxy on the way to registries; HTTP_PROXY alike",
  },
  { name: "NO_PROXY", group: "Network and registries", meaning: "Hosts that are reached without the proxy" },
  {
    name: "COG_UPDATE_URL",
    group: "Network and registries",
    meaning: "Asked once an hour whether there is news about this version; never without it",
  },
  { name: "COG_NO_UPDATE_CHECK", group: "Network and registries", meaning: "Not empty: never ask" },
  { name: "CI", group: "Network and registries", meaning: "Not empty: never ask for news" },
];
