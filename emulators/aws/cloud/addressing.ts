/** Gives addresses of subnets to interfaces, and public ones to those that face the internet. */
import type { NetworkInterface, Subnet } from './objects.ts'
import { addressAt, isWithin, sizeOf } from '../../cloud/networks.ts'
import { addressesOf, interfaceAt, interfacesOf } from './interfaces.ts'
import type { Region } from './region.ts'

/** AWS keeps the first four addresses of a subnet and its last one. */
const KEPT = 5
const FIRST_HOST = 4

export function freeAddresses(region: Region, subnet: Subnet): number {
  const own = interfacesOf(region).filter(({ subnetId }) => subnetId === subnet.id)
  const taken = own.reduce((count, one) => count + addressesOf(one).filter((address) => isPrimaryOrIn(one, address, subnet)).length, 0)
  return sizeOf(subnet.cidr) - KEPT - taken
}

/** An interface always holds its primary address of its subnet; secondary ones may be of another network. */
const isPrimaryOrIn = ({ privateIp }: NetworkInterface, address: string, { cidr }: Subnet): boolean => address === privateIp || isWithin(address, cidr)

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

/** From the block for benchmarks (RFC 2544), so that no packet of a test ever leaves for a host outside. */
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
