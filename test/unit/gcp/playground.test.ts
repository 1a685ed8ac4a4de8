/** The playground's part of Google Cloud: the emulated cloud, its settings, and how it knows the nodes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playground } from '../../../providers/gcp/playground.ts'
import { settings as rows } from '../../../providers/gcp/settings.ts'
import type { SettingTable } from '../../../src/model/setting.ts'
import type { PlaygroundCloud } from '../../../src/provider/playground.ts'

const none = Object.fromEntries(Object.entries(rows).map(([name, { fallback }]) => [name, fallback])) as Parameters<typeof playground.start>[0]['settings']

describe('the playground', () => {
  let cloud: PlaygroundCloud
  beforeAll(async () => {
    cloud = await playground.start({ settings: none, folder: '.fairlead', hostRefusal: () => undefined })
  })
  afterAll(() => cloud.close())

  const placed = (number: number): unknown => cloud.place?.({ name: `node-${number}`, address: `172.18.0.${number + 1}`, number })

  it('gives nodes the ids and zones of machines, which take turns', async () => {
    expect([1, 2, 4].map(placed)).toEqual(
      ['a', 'b', 'a'].map((letter, i) => ({
        providerId: `gce://playground/us-central1-${letter}/node-${[1, 2, 4][i]}`,
        region: 'us-central1',
        zone: `us-central1-${letter}`,
      })),
    )
    const answer = await fetch(`${cloud.url}/compute/v1/projects/playground/zones/us-central1-b/instances/node-2`)
    expect(await answer.json()).toMatchObject({ networkInterfaces: [{ networkIP: '172.18.0.3' }], tags: { items: ['playground-node'] } })
  })

  it('sets what the controller needs, in the form that a user may set', () => {
    const given = cloud.settings([]) as Readonly<Record<string, string | readonly string[] | undefined>>
    for (const [name, { parse }] of Object.entries(rows as SettingTable)) {
      const values = [given[name] ?? []].flat()
      expect(values.flatMap(parse)).toEqual(values)
    }
    expect(given).toMatchObject({ 'gcp-project': 'playground', 'gcp-endpoint': cloud.url })
  })

  it('says how gcloud reaches it, and how it is asked about a packet', async () => {
    const lines = (await cloud.welcome()).lines.join('\n')
    expect(lines).toContain(`CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE=${cloud.url}/compute/v1/ `)
    expect(lines).toContain(`curl ${cloud.url}/_fairlead/deliver -d '{"from": "192.0.2.5", "to": "'$ADDRESS'", "port": 80, "protocol": "TCP"}'`)
  })
})
