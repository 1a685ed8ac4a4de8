/** A story of Services that come, change and go: what the laws are tried on. Every moment says what is new in it. */
import type { Stage } from './stage.ts'

export type Moment = (stage: Stage) => void

/** Ports that a Service has in two moments in a row have to answer all the time between them. */
export const STORY: readonly Moment[] = [
  ({ cluster }) => {
    for (const name of ['a', 'b']) cluster.pod(name)
    cluster.service('steady', { listeners: ['7000/TCP'] }, ['a'])
    cluster.service('web', { listeners: ['8080/TCP'] }, ['a', 'b'])
    cluster.service('brief', { listeners: ['9000/TCP'] }, ['a'])
  },
  ({ cluster }) => {
    cluster.keep('steady', 'web')
    cluster.service('web', { listeners: ['8080/TCP', '8443/TCP'], sourceRanges: ['127.0.0.0/8', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'] }, [
      'a',
      'b',
    ])
    cluster.service('mail', { listeners: ['2525/TCP'] }, ['b'])
  },
  ({ cluster }) => {
    cluster.pod('b', 0, 'terminating')
    cluster.pod('c', 1)
    cluster.service('web', { listeners: ['8443/TCP'] }, ['a', 'b', 'c'])
    cluster.service('mail', { listeners: ['2525/TCP', '5870/TCP'] }, ['b', 'c'])
  },
]

export const NOTHING: Moment = ({ cluster }) => cluster.keep()

/** Whether a Service keeps a port from one moment to the next, so that traffic to it may not stop. */
export const LASTING: readonly (readonly [service: string, port: number, from: number, to: number])[] = [
  ['steady', 7000, 0, 2],
  ['web', 8080, 0, 1],
  ['web', 8443, 1, 2],
  ['mail', 2525, 1, 2],
]
