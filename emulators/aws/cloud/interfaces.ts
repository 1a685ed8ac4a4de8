/** Network interfaces: who has which address, and which stay for a while after what had them. */
import type { NetworkInterface } from './objects.ts'
import type { Region } from './region.ts'

export function addInterface(region: Region, added: NetworkInterface): void {
  region.interfaces.set(added.id, added)
  for (const address of addressesOf(added)) region.interfaceByAddress.set(address, added)
}

export function removeInterface(region: Region, id: string): void {
  const removed = region.interfaces.get(id)
  if (removed === undefined) return
  region.interfaces.delete(id)
  region.lingering.delete(removed)
  for (const address of addressesOf(removed)) if (region.interfaceByAddress.get(address) === removed) region.interfaceByAddress.delete(address)
}

/** All its addresses, the primary one first. */
export function addressesOf({ privateIp, ipv6, secondaryIps }: NetworkInterface): readonly string[] {
  return [privateIp, ...(ipv6 === undefined ? [] : [ipv6]), ...secondaryIps]
}

/** These are its secondary addresses from now on. Its own and another interface's are left out. */
export function setSecondaryAddresses(region: Region, of: NetworkInterface, ips: readonly string[]): void {
  for (const ip of of.secondaryIps) if (region.interfaceByAddress.get(ip) === of) region.interfaceByAddress.delete(ip)
  of.secondaryIps = [...new Set(ips)].filter((ip) => !region.interfaceByAddress.has(ip))
  for (const ip of of.secondaryIps) region.interfaceByAddress.set(ip, of)
}

/** It stays for a while, and what it holds with it. */
export function leaveInterface(region: Region, id: string): void {
  const left = region.interfaces.get(id)
  if (left === undefined) return
  left.goneAt = region.clock.now() + region.delays.interfaces
  region.lingering.add(left)
}

/** Those that are there now. */
export function interfacesOf(region: Region): IteratorObject<NetworkInterface> {
  dropGone(region)
  return region.interfaces.values()
}

/** The one that has this address now. */
export function interfaceAt(region: Region, address: string): NetworkInterface | undefined {
  dropGone(region)
  return region.interfaceByAddress.get(address)
}

function dropGone(region: Region): void {
  const now = region.clock.now()
  for (const { id, goneAt = now } of region.lingering) if (goneAt <= now) removeInterface(region, id)
}
