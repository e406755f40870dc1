import type { BuildPlan } from "#plan";
import type { Instruction } from "./instruction.ts";
import { layerArgument, reproducible } from "./layer.ts";

const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** What the stages share: the base image, and trust in the user's certificate authority before any network use. */
export function baseStage(plan: BuildPlan): Instruction[] {
  return [
    // An argument, so that the text stays the same whatever --base-image says.
    { kind: "arg", name: "COG_BASE", value: plan.base.image },
    { kind: "from", image: "$COG_BASE", as: "base" },
    layerArgument,
    {
      kind: "env",
      variables: [
        { name: "DEBIAN_FRONTEND", value: "noninteractive" },
        { name: "PYTHONUNBUFFERED", value: "1" },
        { name: "NVIDIA_DRIVER_CAPABILITIES", value: "all" },
      ],
    },
    ...(plan.caCertificate ? certificate() : []),
  ];
}

function certificate(): Instruction[] {
  const installed = "/usr/local/share/ca-certificates/cog-ca-cert.crt";
  return [
    {
      kind: "run",
      mounts: [{ type: "bind", source: "build/ca", target: "/mnt" }],
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
