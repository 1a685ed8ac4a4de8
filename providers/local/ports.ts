/** Which listeners a Service may have at the addresses that it gets, beside others that are there, on this machine. */
import type { Listener, ListenerKey } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import { oneProblem, type Problem } from '../../src/model/problem.ts'
import type { PortStatus } from '../../src/model/status.ts'
import { type Asking, grantPorts, type Granted as GrantedPorts } from '../../src/provider/kit/port-grants.ts'
import { PORT_HELD } from '../../src/provider/kit/refused-ports.ts'
import type { Refusal } from '../../src/provider/provider.ts'
import { socketOf } from './parts.ts'
import { PORT_ERRORS, portsDenied, portsHeld, portsOutOfRange, protocolsNotServed } from './refusals.ts'

export interface PortLimits {
  /** The lowest port this process may bind. */
  readonly lowestPort: number
  /** Added to a published port, it is the socket's. */
  readonly portOffset: number
}

export interface AskingAt extends Asking<Listener> {
  readonly addresses: readonly string[]
}

export interface Granted {
  readonly listeners: readonly Listener[]
  readonly refusal?: Refusal
}

interface Denial {
  readonly error: string
  readonly holder?: Owner
}

/** By uid, for each who asks. `sockets`: by `address/port/protocol`, who has it so far. */
export function grantListeners(asking: readonly AskingAt[], sockets: ReadonlyMap<string, Owner>, limits: PortLimits): ReadonlyMap<string, Granted> {
  const granted = grantPorts(asking, sockets, {
    placesOf: (listener, { addresses }) =>
      impossible(listener, limits) === undefined ? addresses.map((address) => socketOf({ address, listener: listener.key })) : [],
    heldBy: (holder): Denial => ({ error: PORT_HELD, holder }),
    otherwise: (listener) => impossible(listener, limits),
  })
  return new Map(
    asking.flatMap(({ owner, addresses }) => {
      const grant = granted.get(owner.uid)
      return grant === undefined ? [] : [[owner.uid, answerTo(owner, grant, { addresses, limits })] as const]
    }),
  )
}

/** What this machine cannot do, for any Service. */
function impossible({ protocol, port }: Listener, { lowestPort, portOffset }: PortLimits): Denial | undefined {
  if (protocol === 'SCTP') return { error: PORT_ERRORS.protocol }
  if (port + portOffset > 65_535) return { error: PORT_ERRORS.range }
  return port + portOffset < lowestPort ? { error: PORT_ERRORS.denied } : undefined
}

interface Where {
  readonly addresses: readonly string[]
  readonly limits: PortLimits
}

function answerTo(owner: Owner, { ports: listeners, denied }: GrantedPorts<Listener, Denial>, where: Where): Granted {
  if (denied.length === 0) return { listeners }
  const refused = denied.map(({ port: listener, because }) => ({ listener, ...because }))
  const problem = problemOf(refused, where)
  return problem === undefined ? { listeners } : { listeners, refusal: { owner, ports: refused.map(portStatus), problem } }
}

interface Refused extends Denial {
  readonly listener: Listener
}

function portStatus({ listener: { port, protocol }, error }: Refused): PortStatus {
  return { port, protocol, error }
}

/** One Problem for all refused ports: the first kind in full, the others in a clause. */
function problemOf(refused: readonly Refused[], { addresses, limits }: Where): Problem | undefined {
  const kinds: readonly [string, (keys: readonly ListenerKey[]) => Problem][] = [
    [
      PORT_HELD,
      (keys) =>
        portsHeld(
          keys,
          refused.flatMap(({ holder }) => holder ?? []),
          addresses.join(' and '),
        ),
    ],
    [PORT_ERRORS.denied, (keys) => portsDenied(keys, limits.lowestPort - limits.portOffset)],
    [PORT_ERRORS.range, (keys) => portsOutOfRange(keys, limits.portOffset)],
    [PORT_ERRORS.protocol, protocolsNotServed],
  ]
  const problems = kinds.flatMap(([error, describe]) => {
    const keys = refused.filter((one) => one.error === error).map(({ listener }) => listener.key)
    return keys.length === 0 ? [] : [describe(keys)]
  })
  return oneProblem(problems)
}
