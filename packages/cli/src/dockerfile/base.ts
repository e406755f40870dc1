import type { BuildPlan } from "#plan";
import { type Instruction, staged } from "./instruction.ts";
import { layerArgument, reproducible } from "./layer.ts";
import { aptCaches } from "./packages.ts";
import { PIP_CACHE } from "./python.ts";

const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** What of a plan decides these layers. */
export type BasePlan = Pick<BuildPlan, "base" | "python" | "expectedPython" | "caCertificate" | "folders">;

/** The base image, and trust in the user's certificate authority before any network use. */
export function baseLayers(plan: BasePlan): Instruction[] {
  return [
    { kind: "from", image: "$COG_BASE" },
    layerArgument,
    {
      kind: "env",
      variables: [
        { name: "DEBIAN_FRONTEND", value: "noninteractive" },
        { name: "PYTHONUNBUFFERED", value: "1" },
        { name: "NVIDIA_DRIVER_CAPABILITIES", value: "all" },
      ],
    },
    ...(plan.caCertificate ? certificate(plan) : []),
    ...(plan.base.isCogBase ? [pythonLink()] : []),
    ...(plan.expectedPython === undefined ? [] : [pythonCheck(plan.expectedPython, plan.base.image)]),
    ...(plan.python === undefined ? [] : [interpreter(plan.python, plan.base.image)]),
  ];
}

/** Cog's own images for CUDA 13 have only a python3. */
function pythonLink(): Instruction {
  return {
    kind: "run",
    mounts: [],
    command: reproducible('command -v python >/dev/null || ln -s "$(command -v python3)" /usr/local/bin/python'),
    origin: { kind: "cog", what: "linking Python" },
  };
}

/** Said before anything is installed into the wrong Python. Changes nothing, so its layer is empty. */
function pythonCheck(version: string, base: string): Instruction {
  const script = [
    "import sys",
    "has = '%d.%d' % sys.version_info[:2]",
    `sys.exit(has != '${version}' and 'Python in the base image: ' + has)`,
  ].join("; ");
  return {
    kind: "run",
    mounts: [],
    command: reproducible(`python -c "${script}"`),
    origin: {
      kind: "config",
      path: ["build", "python_version"],
      failure: `it is ${version}, and ${base} has another Python`,
    },
  };
}

/**
 * CUDA images have no Python of the wanted version. uv fetches one; uv itself is a package from the index and stays in
 * the cache. Linked before the system's on the PATH and not over it, since apt's own scripts want theirs.
 */
function interpreter(version: string, base: string): Instruction {
  const uv =
    "UV_PYTHON_INSTALL_DIR=/opt/python UV_PYTHON_PREFERENCE=only-managed UV_CACHE_DIR=/media/uv-cache /media/uv/bin/uv";
  return {
    kind: "run",
    mounts: [PIP_CACHE, ...aptCaches(base)],
    command: reproducible(
      "apt-get update -qq && apt-get install -qqy --no-install-recommends ca-certificates curl git python3-pip wget xz-utils && " +
        "PIP_CACHE_DIR=/media/pip python3 -m pip install -q --no-compile --upgrade --target /media/uv uv && " +
        `${uv} python install ${version} && bin=$(dirname "$(${uv} python find ${version})") && ` +
        'for name in python python3 pip pip3; do ln -sf "$bin/$name" /usr/local/bin/$name; done',
    ),
    origin: { kind: "config", path: ["build", "python_version"] },
  };
}

function certificate({ folders }: BasePlan): Instruction[] {
  const installed = "/usr/local/share/ca-certificates/cog-ca-cert.crt";
  return [
    {
      kind: "run",
      mounts: [staged(folders.ca)],
      command: reproducible(
        `mkdir -p /usr/local/share/ca-certificates /etc/ssl/certs && install -m 0644 /mnt/ca.crt ${installed} && ` +
          "{ ! command -v update-ca-certificates >/dev/null || update-ca-certificates; } && " +
          `cat /mnt/ca.crt >> ${BUNDLE}`,
      ),
      origin: { kind: "cog", what: "installing COG_CA_CERT" },
    },
    {
      kind: "env",
      variables: [
        { name: "SSL_CERT_FILE", value: BUNDLE },
        { name: "REQUESTS_CA_BUNDLE", value: BUNDLE },
      ],
    },
  ];
}
