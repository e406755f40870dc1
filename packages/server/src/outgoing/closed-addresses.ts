/** Addresses that are not connected to, wherever a name or a redirect leads: clients of a model must not look around inside. */
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { BlockList, isIP } from "node:net";
import { buildConnector } from "undici";

/** "metadata": where a machine is told its own secrets; no file is there. "private": all that is not on the internet. */
export type Closed = "metadata" | "private";

type Network = readonly [network: string, prefix: number, family: "ipv4" | "ipv6"];

const METADATA: readonly Network[] = [
  ["169.254.0.0", 16, "ipv4"],
  ["fe80::", 10, "ipv6"],
  ["64:ff9b::a9fe:0", 112, "ipv6"],
  // Of clouds that did not choose a link-local one: Amazon (IPv6), Alibaba, Oracle, Azure.
  ["fd00:ec2::254", 128, "ipv6"],
  ["100.100.100.200", 32, "ipv4"],
  ["192.0.0.192", 32, "ipv4"],
  ["168.63.129.16", 32, "ipv4"],
];

const PRIVATE: readonly Network[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 127, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

const LISTS: Readonly<Record<Closed, BlockList>> = {
  metadata: blockListOf(METADATA),
  private: blockListOf([...METADATA, ...PRIVATE]),
};

function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/** IPv4 addresses count in their IPv6 spelling too. */
export function isClosed(address: string, closed: Closed): boolean {
  return LISTS[closed].check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Checked is the address that is connected to, so that a name cannot lead elsewhere the second time it is asked for. */
export function guardedConnector(closed: Closed, tls: { readonly ca?: Buffer }): buildConnector.connector {
  const connect = buildConnector({ ...tls, lookup: guardedLookup(closed) });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && isClosed(host, closed)) callback(refusal(host, closed), null);
    else connect(options, callback);
  };
}

function guardedLookup(closed: Closed): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[] = []) => {
      const [first] = found;
      const refused = found.find(({ address }) => isClosed(address, closed));
      if (error !== null || first === undefined) callback(error ?? new Error(`${hostname} has no address`), "");
      else if (refused !== undefined) callback(refusal(`${hostname} (${refused.address})`, closed), "");
      else if (options.all === true) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

function refusal(host: string, closed: Closed): Error {
  return new Error(
    closed === "private"
      ? `${host} is a private address, and COG_DOWNLOAD_PUBLIC_ONLY is set`
      : `${host} is an address of this machine's surroundings, which holds no files`,
  );
}
