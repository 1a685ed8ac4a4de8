/** Sends all cases to a real API server (KUBEBUILDER_ASSETS) and writes down what it answers. */
import { startRealApiServer } from '../real-api-server.ts'
import type { Json } from './case.ts'
import { CASES } from './cases/index.ts'
import { connect } from './exchange.ts'
import { normalise } from './normalise.ts'
import { writeRecording } from './recording.ts'

const server = await startRealApiServer()
const peer = connect(server)
const answers: Record<string, Json> = {}
for (const [index, wanted] of CASES.entries()) {
  const ns = `case-${index}`
  answers[wanted.name] = normalise(await peer.ask(wanted, ns), wanted, ns)
}
writeRecording({ version: server.version, answers })
await peer.close()
await server.stop()
console.log(`${CASES.length} cases answered by kube-apiserver ${server.version}`)
