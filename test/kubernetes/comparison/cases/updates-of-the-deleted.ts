/** A PUT to a name whose object was deleted, or is another by now: with and without version and UID, for kinds that a PUT creates and for those it does not. */
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINTS,
  EVENTS,
  get,
  LEASES,
  NEW_EVENTS,
  NODES,
  PODS,
  post,
  put,
  remove,
  REPLICA_SETS,
  SERVICES,
  SLICES,
  type Case,
  type Json,
  type Step,
} from '../case.ts'

interface Kind {
  readonly title: string
  readonly collection: string
  /** All of the object but its metadata. */
  readonly fields: { readonly [key: string]: Json }
  readonly name?: string
  /** What has to be there before. */
  readonly before?: readonly Step[]
}

const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } }
const workload = { spec: { selector: { matchLabels: { app: 'a' } }, template } }
const account = post('/api/v1/namespaces/{ns}/serviceaccounts', { metadata: { name: 'default' } })

const KINDS: readonly Kind[] = [
  { title: 'a Lease', collection: LEASES, fields: { spec: { holderIdentity: 'x' } } },
  // Headless: an address that was given back may be given again, by chance.
  { title: 'a Service', collection: SERVICES, fields: { spec: { clusterIP: 'None', ports: [{ port: 80 }] } } },
  { title: 'a config map', collection: CONFIG_MAPS, fields: { data: { a: 'b' } } },
  { title: 'a secret', collection: '/api/v1/namespaces/{ns}/secrets', fields: { stringData: { a: 'b' } } },
  { title: 'a service account', collection: '/api/v1/namespaces/{ns}/serviceaccounts', fields: {} },
  { title: 'Endpoints', collection: ENDPOINTS, fields: { subsets: [] } },
  { title: 'a slice', collection: SLICES, fields: { addressType: 'IPv4', endpoints: [] } },
  { title: 'an event of core', collection: EVENTS, fields: { involvedObject: { kind: 'Service', name: 'web', namespace: '{ns}' }, reason: 'R' } },
  {
    title: 'an event of events.k8s.io',
    collection: NEW_EVENTS,
    fields: {
      regarding: { kind: 'Service', name: 'web', namespace: '{ns}' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'a.b/c',
      reportingInstance: 'a',
      action: 'Sync',
      reason: 'R',
      type: 'Normal',
    },
  },
  {
    title: 'a pod',
    collection: PODS,
    fields: { spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'nginx:1.27' }] } },
    before: [account],
  },
  { title: 'a deployment', collection: DEPLOYMENTS, fields: workload },
  { title: 'a replica set', collection: REPLICA_SETS, fields: workload },
  { title: 'a node', collection: NODES, fields: {}, name: '{ns}-a' },
]

const OTHER = '11111111-1111-4111-8111-111111111111'

/** What the client sends beside the name. */
const SENT: readonly (readonly [title: string, metadata: { readonly [key: string]: Json }])[] = [
  ['neither version nor UID', {}],
  ['its version', { resourceVersion: '{version}' }],
  ['its UID', { uid: '{uid}' }],
  ['its version and UID', { resourceVersion: '{version}', uid: '{uid}' }],
]

export const UPDATES_OF_THE_DELETED: readonly Case[] = [
  ...KINDS.flatMap(({ title, collection, fields, name = 'a', before = [] }) => {
    const make = (metadata: { readonly [key: string]: Json } = {}): Json => ({ metadata: { name, ...metadata }, ...fields })
    return SENT.map(([sent, metadata]): Case => ({
      name: `an update of ${title} that was deleted, with ${sent}`,
      steps: [...before, post(collection, make()), remove(`${collection}/${name}`), put(`${collection}/${name}`, make(metadata)), get(`${collection}/${name}`)],
    }))
  }),
  ...[LEASES, CONFIG_MAPS, SERVICES].flatMap((collection) => {
    const fields = KINDS.find((one) => one.collection === collection)?.fields ?? {}
    const plural = collection.split('/').at(-1)
    const make = (metadata: { readonly [key: string]: Json } = {}): Json => ({ metadata: { name: 'a', ...metadata }, ...fields })
    const at = `${collection}/a`
    return [
      { name: `${plural}: version 0 and a UID for a name that was never there`, steps: [put(at, make({ resourceVersion: '0', uid: OTHER })), get(at)] },
      { name: `${plural}: version 0 for a name that was never there`, steps: [put(at, make({ resourceVersion: '0' })), get(at)] },
      { name: `${plural}: a version that is no number for a name that was never there`, steps: [put(at, make({ resourceVersion: 'x' }))] },
      { name: `${plural}: a version for a name that was never there`, steps: [put(at, make({ resourceVersion: '1' })), get(at)] },
      { name: `${plural}: a UID for a name that was never there`, steps: [put(at, make({ uid: OTHER })), get(at)] },
      {
        name: `${plural}: the version and UID of the one before, for one that was made again`,
        steps: [
          post(collection, make()),
          remove(at),
          post(collection, make()),
          put(at, make({ resourceVersion: '{firstVersion}', uid: '{firstUid}' })),
          get(at),
        ],
      },
      {
        name: `${plural}: the UID of the one before and the version of the new one`,
        steps: [post(collection, make()), remove(at), post(collection, make()), put(at, make({ resourceVersion: '{version}', uid: '{firstUid}' })), get(at)],
      },
      { name: `${plural}: a version that is no number`, steps: [post(collection, make()), put(at, make({ resourceVersion: 'x' }))] },
      { name: `${plural}: a dry run of an update of a name that is not there`, steps: [put(`${at}?dryRun=All`, make()), get(at)] },
      { name: `${plural}: a new one with a version`, steps: [post(collection, make({ resourceVersion: '1' }))] },
      { name: `${plural}: a new one with a version that is no number`, steps: [post(collection, make({ resourceVersion: 'x' }))] },
      { name: `${plural}: a new one with a UID`, steps: [post(collection, make({ uid: OTHER })), get(at)] },
    ] satisfies readonly Case[]
  }),
  ...[SERVICES, NODES, DEPLOYMENTS].map((collection): Case => {
    const { title = '', fields: given = {}, name = 'a' } = KINDS.find((one) => one.collection === collection) ?? {}
    // It gets no address.
    const fields = collection === SERVICES ? { spec: { ports: [{ port: 80 }] } } : given
    return {
      name: `an update of the status of ${title} that was deleted`,
      steps: [
        post(collection, { metadata: { name }, ...fields }),
        remove(`${collection}/${name}`),
        put(`${collection}/${name}/status`, { metadata: { name, resourceVersion: '{version}', uid: '{uid}' }, ...fields }),
        put(`${collection}/${name}/status`, { metadata: { name }, ...fields }),
      ],
    }
  }),
]
