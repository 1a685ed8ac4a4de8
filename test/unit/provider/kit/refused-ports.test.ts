import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../../src/model/problem.ts'
import { PORT_HELD, portsRefusal, type RefusedPort } from '../../../../src/provider/kit/refused-ports.ts'
import { owner } from '../../../contract/wish.ts'

const web = owner('web')

function refused(port: number, { value = `${port}/TCP`, wrong = 'is held' }: Partial<Problem> = {}): RefusedPort {
  return { listener: { port, protocol: 'TCP' }, error: PORT_HELD, problem: { reason: 'Conflict', field: 'spec.ports', value, wrong } }
}

describe('a refusal of single ports', () => {
  test('names each of them, and says of all what is wrong: the first in full', () => {
    const refusal = portsRefusal(web, [refused(80), refused(443, { wrong: 'is too many' })])
    expect(refusal.ports?.map(({ port }) => port)).toEqual([80, 443])
    expect(refusal.problem).toMatchObject({ value: '80/TCP', wrong: 'is held; 443/TCP is too many' })
  })

  test('says once what is wrong with several', () => {
    const pair = [80, 81].map((port) => refused(port, { value: '80, 81' }))
    expect(portsRefusal(web, pair).problem.wrong).toBe('is held')
  })

  test('has a port', () => {
    expect(() => portsRefusal(web, [])).toThrow('without a port')
  })
})
