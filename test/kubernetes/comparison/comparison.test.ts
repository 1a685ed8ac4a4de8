/**
 * The emulator answers as a real API server does: the same requests to both, the answers compared field by field. Where no real server can be started, its
 * recorded answers stand in; where one can, they are checked too.
 */
import { describe, expect, test } from 'vitest'
import { startApiServer, type ApiServer } from '../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../emulators/kubernetes/resources/index.ts'
import { noRealApiServer, startRealApiServer, type RealApiServer } from '../real-api-server.ts'
import type { Case, Json } from './case.ts'
import { CASES, GROUPS } from './cases/index.ts'
import { compare, type Difference } from './compare.ts'
import { KNOWN, knownFor } from './differences.ts'
import { connect, type Peer } from './exchange.ts'
import { normalise } from './normalise.ts'
import { readRecording, RECORD_COMMAND } from './recording.ts'
import { setUpForTests } from '../../set-up.ts'

const reason = noRealApiServer()
const recording = readRecording()
if (reason !== undefined) console.warn(`compared with the recorded answers of kube-apiserver ${recording.version}: ${reason}`)

describe('the emulator beside a real API server', () => {
  let real: RealApiServer | undefined
  let emulated: ApiServer
  let realPeer: Peer | undefined
  let peer: Peer

  setUpForTests(
    async () => {
      if (reason === undefined) real = await startRealApiServer()
      if (real !== undefined) realPeer = connect(real)
      emulated = await startApiServer({ resources: RESOURCES })
      peer = connect(emulated)
    },
    async () => {
      await Promise.all([peer.close(), realPeer?.close()])
      await emulated.close()
      await real?.stop()
    },
  )

  const answersOf = async (of: Case, from: Peer): Promise<Json> => {
    const ns = `case-${CASES.indexOf(of)}`
    return normalise(await from.ask(of, ns), of, ns)
  }
  const seen = new Set<string>()
  const isUnknown = (name: string, difference: Difference): boolean => {
    const known = knownFor(name, difference)
    if (known !== undefined) seen.add(known.what)
    return known === undefined
  }

  describe.each(Object.entries(GROUPS))('%s', (_, cases) => {
    test.each(cases.map((wanted) => [wanted.name, wanted] as const))('%s', async (name, wanted) => {
      const recorded = recording.answers[name]
      expect(recorded, `not recorded yet: ${RECORD_COMMAND}`).toBeDefined()
      const expected = realPeer === undefined ? recorded : await answersOf(wanted, realPeer)
      const isSameVersion = real?.version === recording.version
      expect(isSameVersion ? expected : recorded, `record again: ${RECORD_COMMAND}`).toEqual(recorded)
      const differences = compare(expected, await answersOf(wanted, peer))
      expect(differences.filter((difference) => isUnknown(name, difference))).toEqual([])
    })
  })

  test('every known difference is still there', () => {
    expect(KNOWN.map(({ what }) => what).filter((what) => !seen.has(what))).toEqual([])
  })
})
