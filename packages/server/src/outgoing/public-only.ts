/** Connections to public addresses alone, wherever a name or a redirect leads: clients of a model must not look around inside. */
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { BlockList, isIP } from "node:net";
import { buildConnector } from "undici";

const PRIVATE: readonly (readonly [network: string, prefix: number, family: "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 127, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

const blocked = new BlockList();
for (const [network, prefix, family] of PRIVATE) blocked.addSubnet(network, prefix, family);

/** Of this machine, of its network, or of no machine at all. IPv4 addresses count in their IPv6 spelling too. */
export function isPrivate(address: string): boolean {
  return blocked.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Checked is the address that is connected to, so that a name cannot lead elsewhere the second time it is asked for. */
export function publicConnector(tls: { readonly ca?: Buffer }): buildConnector.connector {
  const connect = buildConnector({ ...tls, lookup: publicLookup });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && isPrivate(host)) callback(refusal(host), null);
    else connect(options, callback);
  };
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[] = []) => {
    const [first] = found;
    const closed = found.find(({ address }) => isPrivate(address));
    if (error !== null || first === undefined) callback(error ?? new Error(`${hostname} has no address`), "");
    else if (closed !== undefined) callback(refusal(`${hostname} (${closed.address})`), "");
    else if (options.all === true) callback(null, found);
    else callback(null, first.address, first.family);
  });
};

function refusal(host: string): Error {
  return new Error(`${host} is a private address, and COG_DOWNLOAD_PUBLIC_ONLY is set`);
}
