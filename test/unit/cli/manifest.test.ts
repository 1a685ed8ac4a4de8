/** Services from a file, as the API server would read them. */
import { describe, expect, test } from 'vitest'
import { parseServices } from '../../../src/cli/manifest.ts'

const service = (metadata: object, spec: object = { type: 'LoadBalancer' }): string =>
  JSON.stringify({ kind: 'Service', metadata: { name: 'web', ...metadata }, spec })

describe('a Service of a file', () => {
  test('has what is null left out, as if it was not written', () => {
    const text = service(
      { namespace: null, annotations: { 'fairlead.dev/address-names': null, kept: 'x' } },
      { type: 'LoadBalancer', loadBalancerIP: null, ports: [{ port: 80, name: null }] },
    )
    const [read] = parseServices(text, 'f')
    expect(read).toMatchObject({ namespace: 'default', annotations: { kept: 'x' }, spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] } })
    expect(read?.spec).not.toHaveProperty('loadBalancerIP')
  })

  test('with an annotation that is no text is refused, as the API server does', () => {
    expect(() => parseServices(service({ annotations: { 'fairlead.dev/idle-timeout': 60 } }), 'f')).toThrow(
      'f: annotations of default/web: fairlead.dev/idle-timeout is 60; allowed: a text, in quotation marks',
    )
  })
})
