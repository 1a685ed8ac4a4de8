/** Which listeners an assigned wish may have: on an address that several Services use, whoever holds a socket keeps it, and among new ones the oldest Service gets it. */
import type { Listener, ListenerKey } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Problem } from '../../src/model/problem.ts'
import type { PortStatus } from '../../src/model/status.ts'
import type { Refusal } from '../../src/provider/provider.ts'
import { PORT_ERRORS, portsDenied, portsHeld, portsOutOfRange } from './refusals.ts'

export interface PortLimits {
  /** The lowest port this process may bind. */
  readonly lowestPort: number
  /** Added to a published port, it is the socket's. */
  readonly portOffset: number
}

export interface Granted {
  readonly listeners: readonly Listener[]
  readonly refusal?: Refusal
}

interface Refused {
  readonly listener: Listener
  readonly error: string
  readonly holder?: Owner
}

/** `sockets`: by `address/port/protocol`, who holds it; written on with what is granted. */
export function grantListeners(
  owner: Owner,
  wanted: readonly Listener[],
  addresses: readonly string[],
  sockets: Map<string, Owner>,
  limits: PortLimits,
): Granted {
  const refused = wanted.flatMap((listener) => refusalOf(owner, listener, addresses, sockets, limits) ?? [])
  const names = new Set(refused.map(({ listener }) => listener.key))
  const listeners = names.size === 0 ? wanted : wanted.filter(({ key }) => !names.has(key))
  for (const { key } of listeners) for (const address of addresses) sockets.set(`${address}/${key}`, owner)
  const problem = refused.length === 0 ? undefined : problemOf(refused, addresses, limits)
  return problem === undefined ? { listeners } : { listeners, refusal: { owner, ports: refused.map(portStatus), problem } }
}

function refusalOf(
  owner: Owner,
  listener: Listener,
  addresses: readonly string[],
  sockets: Map<string, Owner>,
  { lowestPort, portOffset }: PortLimits,
): Refused | undefined {
  const port = listener.port + portOffset
  if (port > 65_535) return { listener, error: PORT_ERRORS.range }
  if (port < lowestPort) return { listener, error: PORT_ERRORS.denied }
  const holder = addresses.map((address) => sockets.get(`${address}/${listener.key}`)).find((found) => found !== undefined && found.uid !== owner.uid)
  return holder === undefined ? undefined : { listener, error: PORT_ERRORS.held, holder }
}

function portStatus({ listener: { port, protocol }, error }: Refused): PortStatus {
  return { port, protocol, error }
}

/** One Problem for all refused ports: the first kind in full, the others in a clause. */
function problemOf(refused: readonly Refused[], addresses: readonly string[], limits: PortLimits): Problem | undefined {
  const kinds: readonly [string, (keys: readonly ListenerKey[]) => Problem][] = [
    [
      PORT_ERRORS.held,
      (keys) =>
        portsHeld(
          keys,
          refused.flatMap(({ holder }) => holder ?? []),
          addresses.join(' and '),
        ),
    ],
    [PORT_ERRORS.denied, (keys) => portsDenied(keys, limits.lowestPort - limits.portOffset)],
    [PORT_ERRORS.range, (keys) => portsOutOfRange(keys, limits.portOffset)],
  ]
  const problems = kinds.flatMap(([error, tell]) => {
    const keys = refused.filter((one) => one.error === error).map(({ listener }) => listener.key)
    return keys.length === 0 ? [] : [tell(keys)]
  })
  const [first, ...others] = problems
  if (first === undefined || others.length === 0) return first
  return { ...first, wrong: [first.wrong, ...others.map(({ value, wrong }) => `${value} ${wrong}`)].join('; ') }
}
