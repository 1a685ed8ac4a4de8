/**
 * EndpointSlices as a real API server stores them. It checks less than one would think: a port may be 0, -1 or 70000, conditions may be absent or in any combination,
 * addresses may repeat, and whoever may write slices of a namespace writes what he likes into them (kubernetes/kubernetes pkg/apis/discovery/validation).
 */
import * as fc from 'fast-check'
import type { EndpointSlice, SliceEndpoint, SlicePort } from '../../../src/model/cluster.ts'
import { address, addressText, podIpv4, podIpv6, SPECIAL_IPV4, SPECIAL_IPV6 } from './addresses.ts'

export interface SliceOptions {
  /** Whose slices they are. */
  readonly service?: { readonly namespace: string; readonly name: string }
  /** Names of ports to choose from, so that some belong to the Service. */
  readonly portNames?: readonly string[]
  /** Most endpoints in a slice; the API server takes 1,000. */
  readonly maxEndpoints?: number
  /** Where most of the addresses come from; absent: a pod network. */
  readonly usualAddress?: fc.Arbitrary<string>
  /** Where most of the ports come from; absent: a few usual numbers. */
  readonly usualPort?: fc.Arbitrary<number>
}

const absentOrNull = [undefined, null] as const

const condition = fc.constantFrom(true, false, ...absentOrNull)
const conditions = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom({ ready: true, serving: true, terminating: false }, { ready: false, serving: true, terminating: true }) },
  { weight: 3, arbitrary: fc.record({ ready: condition, serving: condition, terminating: condition }) },
  { weight: 1, arbitrary: fc.constantFrom({}, ...absentOrNull) },
)

/** Numbers that are ports, and those that are stored all the same. */
export const portNumber = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(80, 443, 53, 8080, 9090) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 65_535 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, -1, 65_536, 70_000, 2_147_483_647, -2_147_483_648) },
)

function portOf({ portNames = [''], usualPort }: SliceOptions): fc.Arbitrary<SlicePort> {
  const number = usualPort === undefined ? portNumber : fc.oneof({ weight: 3, arbitrary: usualPort }, { weight: 1, arbitrary: portNumber })
  return asStored(
    fc.record({
      name: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...portNames) }, { weight: 1, arbitrary: fc.constantFrom('', 'other', ...absentOrNull) }),
      protocol: fc.constantFrom('TCP', 'TCP', 'UDP', 'SCTP', ...absentOrNull),
      port: fc.oneof({ weight: 6, arbitrary: number }, { weight: 1, arbitrary: fc.constantFrom(...absentOrNull) }),
    }),
  )
}

function addressesOf(addressType: string, usual: fc.Arbitrary<string> | undefined): fc.Arbitrary<readonly string[]> {
  const plain = addressType === 'IPv6' ? podIpv6 : podIpv4
  const special = fc.constantFrom(...(addressType === 'IPv6' ? SPECIAL_IPV6 : SPECIAL_IPV4))
  const one =
    addressType === 'FQDN'
      ? fc.oneof(fc.constantFrom('db.example.org', 'localhost', 'metadata.google.internal'), addressText)
      : fc.oneof({ weight: 6, arbitrary: usual ?? plain }, { weight: 2, arbitrary: special }, { weight: 1, arbitrary: address })
  return fc.oneof({ weight: 6, arbitrary: one.map((text) => [text]) }, { weight: 1, arbitrary: fc.array(one, { minLength: 1, maxLength: 4 }) })
}

function endpointOf(addressType: string, { usualAddress }: SliceOptions): fc.Arbitrary<SliceEndpoint> {
  return asStored(
    fc.record({
      addresses: addressesOf(addressType, usualAddress),
      conditions,
      nodeName: fc.constantFrom('node-1', 'node-2', 'node-3', 'ghost', ...absentOrNull),
      zone: fc.constantFrom('a', 'b', ...absentOrNull),
      targetRef: fc.constantFrom({ kind: 'Pod', name: 'pod-1', uid: 'pod-uid-1' }, ...absentOrNull),
    }),
  )
}

/** One slice. */
export function slice(options: SliceOptions = {}): fc.Arbitrary<EndpointSlice> {
  const { service = { namespace: 'shop', name: 'web' }, maxEndpoints = 6 } = options
  const count = { minLength: 0, maxLength: maxEndpoints, size: 'max' } as const
  return fc.constantFrom('IPv4', 'IPv4', 'IPv4', 'IPv6', 'IPv6', 'FQDN').chain((addressType) =>
    asStored<EndpointSlice>(
      fc.record({
        metadata: fc.nat({ max: 9_999 }).map((number) => ({
          namespace: service.namespace,
          name: `${service.name}-${number}`,
          uid: `slice-uid-${number}`,
          resourceVersion: '1',
          labels: { 'kubernetes.io/service-name': service.name },
        })),
        addressType: fc.constant(addressType),
        endpoints: fc.oneof(
          { weight: 12, arbitrary: fc.array(endpointOf(addressType, options), count) },
          { weight: 2, arbitrary: repeated(endpointOf(addressType, options), maxEndpoints) },
          { weight: 1, arbitrary: fc.constantFrom(...absentOrNull) },
        ),
        ports: fc.oneof({ weight: 12, arbitrary: fc.array(portOf(options), { maxLength: 5 }) }, { weight: 1, arbitrary: fc.constantFrom(...absentOrNull) }),
      }),
    ),
  )
}

/** All slices of a Service; now and then a huge one. */
export function slices(options: SliceOptions = {}): fc.Arbitrary<readonly EndpointSlice[]> {
  const usual = fc.array(slice(options), { maxLength: 4 })
  return fc.oneof({ weight: 99, arbitrary: usual }, { weight: 1, arbitrary: slice(options).map((one) => [grown(one)]) })
}

/** The same endpoint several times: duplicate addresses are stored. */
function repeated(endpoint: fc.Arbitrary<SliceEndpoint>, times: number): fc.Arbitrary<SliceEndpoint[]> {
  return endpoint.map((one) => Array.from({ length: Math.max(2, times) }, () => one))
}

/** As many endpoints as the API server takes. */
function grown(one: EndpointSlice): EndpointSlice {
  const [first] = one.endpoints ?? []
  if (first === undefined) return one
  const at = (i: number): string => (one.addressType === 'IPv6' ? `fd00:10:244::${i.toString(16)}` : `10.244.${i >> 8}.${i & 255}`)
  return { ...one, endpoints: Array.from({ length: 1_000 }, (_, i) => ({ ...first, addresses: [at(i)] })) }
}

/** Absent fields are not there at all; nulls, which a hand-written object may bring, stay. The types say what is read, not all that may be stored. */
function asStored<T>(made: fc.Arbitrary<object>): fc.Arbitrary<T> {
  return made.map((object) => Object.freeze(Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))) as T)
}
