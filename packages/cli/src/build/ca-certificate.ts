/** COG_CA_CERT: a certificate authority that builds and images shall trust. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@cog/core/errors";

const BEGIN = "-----BEGIN CERTIFICATE-----";

/** PEM text from a file, a directory of certificates, PEM itself, or base64 of PEM. */
export function caCertificate(value: string | undefined): string | undefined {
  if (value === undefined || value === "") return undefined;
  const pem = value.includes(BEGIN) ? value : (fromPath(value) ?? Buffer.from(value, "base64").toString());
  if (!pem.includes(BEGIN)) {
    throw new UserError("ca_cert.invalid", `COG_CA_CERT: invalid value ${value.slice(0, 60)}`, {
      hint: "Give a PEM file, a directory of .crt or .pem files, the PEM text itself, or base64 of it.",
    });
  }
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}

function fromPath(value: string): string | undefined {
  if (!existsSync(value)) return undefined;
  if (!statSync(value).isDirectory()) return readFileSync(value, "utf8");
  const names = readdirSync(value).filter((name) => /\.(crt|pem)$/.test(name));
  return names
    .sort()
    .map((name) => readFileSync(join(value, name), "utf8").trimEnd())
    .join("\n");
}
