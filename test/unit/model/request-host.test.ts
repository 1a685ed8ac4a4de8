import { describe, expect, test } from 'vitest'
import { hostRefusal } from '../../../src/model/request-host.ts'

describe('a request is answered', () => {
  test.each([
    ['127.0.0.1:9440'],
    ['127.0.0.1'],
    ['127.0.10.1:80'],
    ['[::1]:9440'],
    ['[::1]'],
    ['192.0.2.7:9440'],
    ['localhost:9440'],
    ['LOCALHOST'],
    ['localhost.:80'],
    ['api.localhost:80'],
    ['lab.example:9440'],
    ['Lab.Example.'],
    [undefined],
  ])('for %s', (host) => expect(hostRefusal({ host }, ['lab.example'])).toBeUndefined())

  test.each([['http://localhost:3000'], ['http://127.0.0.1:8080'], ['https://[::1]'], ['https://lab.example'], [undefined]])('from %s', (origin) =>
    expect(hostRefusal({ host: '127.0.0.1:80', origin }, ['lab.example'])).toBeUndefined(),
  )
})

describe('a request is refused', () => {
  test.each([
    ['rebind.example:9440'],
    ['127.0.0.1.rebind.example'],
    ['localhost.rebind.example'],
    ['notlocalhost'],
    ['127.0.0.1@rebind.example'],
    ['rebind.example:80:80'],
    ['127.0.0.1 rebind.example'],
    ['[rebind]'],
    [''],
  ])('for %j', (host) => expect(hostRefusal({ host }, ['lab.example'])).toContain('does not name this server'))

  test.each([['https://rebind.example'], ['http://192.0.2.7'], ['null'], ['file://'], ['chrome-extension://abc'], ['']])('from %j', (origin) =>
    expect(hostRefusal({ host: '127.0.0.1:80', origin }, [])).toContain('are not answered'),
  )

  test('in a sentence that says what to do, with the name in a form that acts on no terminal', () => {
    expect(hostRefusal({ host: 'rebind.example' }, [])).toBe(
      'The Host header "rebind.example" does not name this server. Use localhost or an IP address, or allow the name with --allowed-hosts.',
    )
    const refusal = hostRefusal({ host: `\u001B[31m${'x'.repeat(500)}` }, []) ?? ''
    expect(refusal).not.toContain('\u001B')
    expect(refusal.length).toBeLessThan(300)
  })
})
