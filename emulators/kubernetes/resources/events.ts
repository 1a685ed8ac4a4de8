/** Events, of core/v1 and of events.k8s.io/v1: two views of one store, the second with stricter rules. */
import type { ApiObject, Column, FieldError, ResourceDefinition } from '../resource.ts'
import { age, nameColumn, textColumn } from './rules/columns.ts'
import { ensure, fieldsAt, numberAt, textAt } from './rules/draft.ts'
import { eachInvalid, immutable, invalid, required, sameJson } from './rules/field-errors.ts'
import { wrongQualifiedName } from './rules/names.ts'
import { validateMeta, validateMetaUpdate } from './rules/object-meta.ts'

const NAMES: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]

const COLUMNS: readonly Column[] = [
  textColumn('Last Seen', 0, lastSeen),
  textColumn('Type', 0, (event) => textAt(event, 'type')),
  textColumn('Reason', 0, (event) => textAt(event, 'reason')),
  textColumn('Object', 0, showObject),
  textColumn('Subobject', 1, (event) => textAt(fieldsAt(event, 'involvedObject'), 'fieldPath')),
  textColumn('Source', 1, showSource),
  textColumn('Message', 0, (event) => textAt(event, 'message').trim()),
  textColumn('First Seen', 1, firstSeen),
  textColumn('Count', 1, countOf),
  { ...nameColumn, priority: 1 },
]

const OBJECT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

export const events: ResourceDefinition = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  subresources: [],
  columns: COLUMNS,
  createOnUpdate: true,
  selectable: {
    ...Object.fromEntries(OBJECT_FIELDS.map((field) => [`involvedObject.${field}`, (event: ApiObject) => textAt(fieldsAt(event, 'involvedObject'), field)])),
    reason: (event) => textAt(event, 'reason'),
    reportingComponent: (event) => textAt(event, 'reportingComponent'),
    source: (event) => textAt(fieldsAt(event, 'source'), 'component') || textAt(event, 'reportingComponent'),
    type: (event) => textAt(event, 'type'),
  },
  strategy: {
    default: fillCore,
    validateCreate: (draft) => [...validateMeta(draft, { name: 'subdomain', namespaced: true }), ...validateAnyEvent(draft, 'reportingComponent')],
    // The core version accepts nearly any change, for old clients.
    validateUpdate: (draft) => validateAnyEvent(draft, 'reportingComponent'),
  },
}

export const newEvents: ResourceDefinition = {
  ...events,
  group: 'events.k8s.io',
  selectable: {
    ...Object.fromEntries(OBJECT_FIELDS.map((field) => [`regarding.${field}`, (event: ApiObject) => textAt(fieldsAt(event, 'regarding'), field)])),
    reason: (event) => textAt(event, 'reason'),
    reportingController: (event) => textAt(event, 'reportingController'),
    type: (event) => textAt(event, 'type'),
  },
  columns: COLUMNS.map((column) => ({ ...column, cell: (event: ApiObject, now: Date) => column.cell(toCore(event), now) })),
  view: { of: { group: '', plural: 'events' }, fromStored: fromCore, toStored: toCore },
  strategy: {
    default(draft) {
      ensure(draft, 'deprecatedSource')
      for (const key of ['deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'eventTime']) draft[key] ??= null
    },
    validateCreate: (draft) => [...validateMeta(draft, { name: 'subdomain', namespaced: true }), ...validateNewEvent(toCore(draft))],
    validateUpdate: (draft, old) => validateNewUpdate(draft, old),
  },
}

function fillCore(draft: ApiObject): void {
  ensure(draft, 'source')
  for (const key of ['firstTimestamp', 'lastTimestamp', 'eventTime']) draft[key] ??= null
  for (const key of ['reportingComponent', 'reportingInstance']) draft[key] ??= ''
}

function fromCore(stored: ApiObject): ApiObject {
  const shown: ApiObject = { ...stored, apiVersion: 'events.k8s.io/v1' }
  for (const [core, name] of NAMES) {
    delete shown[core]
    if (stored[core] !== undefined && stored[core] !== '') shown[name] = stored[core]
  }
  if (shown['reportingInstance'] === '') delete shown['reportingInstance']
  return shown
}

function toCore(shown: ApiObject): ApiObject {
  const stored: ApiObject = { ...shown, apiVersion: 'v1' }
  for (const [core, name] of NAMES) {
    delete stored[name]
    if (shown[name] !== undefined) stored[core] = shown[name]
  }
  fillCore(stored)
  return stored
}

function validateNewEvent(event: ApiObject): FieldError[] {
  const errors: FieldError[] = []
  if (textAt(event, 'eventTime') === '') errors.push(required('eventTime'))
  if (!['Normal', 'Warning'].includes(textAt(event, 'type'))) errors.push(invalid('type', '', `has invalid value: ${textAt(event, 'type')}`))
  for (const field of ['firstTimestamp', 'lastTimestamp']) if (textAt(event, field) !== '') errors.push(invalid(field, '', 'needs to be unset'))
  if (numberAt(event, 'count') !== 0) errors.push(invalid('count', '', 'needs to be unset'))
  if (Object.keys(fieldsAt(event, 'source')).length > 0) errors.push(invalid('source', '', 'needs to be unset'))
  return [...validateAnyEvent(event, 'reportingController'), ...errors, ...validateSeries(event)]
}

/** Only the series of such an event may change. */
function validateNewUpdate(draft: ApiObject, old: ApiObject): FieldError[] {
  const [event, before] = [toCore(draft), toCore(old)]
  const fields = ['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'action', 'related']
  return [
    ...validateAnyEvent(event, 'reportingController'),
    ...validateMetaUpdate(draft, old),
    ...(sameJson(event['series'], before['series']) ? [] : validateSeries(event)),
    ...fields.flatMap((field) => immutable(field, event[field], before[field])),
    ...immutable('reportingController', event['reportingComponent'], before['reportingComponent']),
    ...immutable('reportingInstance', event['reportingInstance'], before['reportingInstance']),
  ]
}

function validateSeries(event: ApiObject): FieldError[] {
  if (event['series'] === undefined || event['series'] === null) return []
  const series = fieldsAt(event, 'series')
  const errors = numberAt(series, 'count') < 2 ? [invalid('series.count', '', 'should be at least 2')] : []
  return textAt(series, 'lastObservedTime') === '' ? [...errors, required('series.lastObservedTime')] : errors
}

/** What both versions demand; an event without `eventTime` is of the old sort. */
function validateAnyEvent(event: ApiObject, controllerField: string): FieldError[] {
  const of = textAt(fieldsAt(event, 'involvedObject'), 'namespace')
  const { namespace } = event.metadata
  const misplaced = invalid('involvedObject.namespace', of, 'does not match event.namespace')
  if (textAt(event, 'eventTime') === '') return of === namespace || (of === '' && namespace === 'default') ? [] : [misplaced]
  const errors = of === '' && namespace !== 'default' && namespace !== 'kube-system' ? [misplaced] : []
  const controller = textAt(event, 'reportingComponent')
  if (controller === '') errors.push(required(controllerField))
  errors.push(...eachInvalid(controllerField, controller, wrongQualifiedName(controller)))
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const text = textAt(event, field)
    if (text === '') errors.push(required(field))
    if (Buffer.byteLength(text) > 128) errors.push(invalid(field, '', 'can have at most 128 characters'))
  }
  if (Buffer.byteLength(textAt(event, 'message')) > 1024) errors.push(invalid('message', '', 'can have at most 1024 characters'))
  return errors
}

function firstSeen(event: ApiObject, now: Date): string {
  return age(textAt(event, 'firstTimestamp') || textAt(event, 'eventTime'), now)
}

function lastSeen(event: ApiObject, now: Date): string {
  const series = textAt(fieldsAt(event, 'series'), 'lastObservedTime')
  const last = series || textAt(event, 'lastTimestamp')
  return last === '' ? firstSeen(event, now) : age(last, now)
}

function countOf(event: ApiObject): number {
  return numberAt(fieldsAt(event, 'series'), 'count') || numberAt(event, 'count') || 1
}

function showObject(event: ApiObject): string {
  const object = fieldsAt(event, 'involvedObject')
  const kind = textAt(object, 'kind').toLowerCase()
  return textAt(object, 'name') === '' ? kind : `${kind}/${textAt(object, 'name')}`
}

function showSource(event: ApiObject): string {
  const source = fieldsAt(event, 'source')
  const [component, host] = [textAt(source, 'component') || textAt(event, 'reportingComponent'), textAt(source, 'host') || textAt(event, 'reportingInstance')]
  return host === '' ? component : `${component}, ${host}`
}
