/** Gives addresses of subnets to interfaces, and public ones to those that face the internet. */
import type { NetworkInterface, Subnet } from './objects.ts'
import { addressAt, sizeOf } from './networks.ts'
import { interfaceAt, interfacesOf } from './interfaces.ts'
import type { Region } from './region.ts'

/** AWS keeps the first four addresses of a subnet and its last one. */
const KEPT = 5
const FIRST_HOST = 4

export function freeAddresses(region: Region, subnet: Subnet): number {
  const taken = interfacesOf(region).reduce((count, { subnetId }) => count + (subnetId === subnet.id ? 1 : 0), 0)
  return sizeOf(subnet.cidr) - KEPT - taken
}

/** The next free address, after the one that was given last. Undefined: there is none. */
export function nextAddress(region: Region, subnet: Subnet): string | undefined {
  const hosts = sizeOf(subnet.cidr) - KEPT
  for (let tries = 0; tries < hosts; tries++) {
    const host = FIRST_HOST + ((subnet.lastHost + tries) % hosts)
    const address = addressAt(subnet.cidr, host)
    if (interfaceAt(region, address) !== undefined) continue
    subnet.lastHost = host - FIRST_HOST + 1
    return address
  }
  return undefined
}

/** From the block for benchmarks (RFC 2544), so that no packet of a test ever leaves for a stranger. */
export function publicAddress(region: Region): string {
  region.publicAddresses += 1
  return addressAt('198.18.0.0/15', region.publicAddresses)
}

export function ipv6AddressIn(subnet: Subnet, { privateIp }: Pick<NetworkInterface, 'privateIp'>): string | undefined {
  if (subnet.ipv6Cidr === undefined) return undefined
  const bytes = privateIp.split('.').map(Number)
  const host = bytes.reduce((sum, byte) => (sum * 256 + byte) % 2 ** 24, 0)
  return addressAt(subnet.ipv6Cidr, 0x1000000 + host)
}
