/** Starts the emulated Google Cloud as a program: `npm exec -- node emulators/gcp/start.ts [PORT]`. */
import { startGcp } from './server.ts'

const [port = '8080'] = process.argv.slice(2)
const gcp = await startGcp({ port: Number(port), seed: { machines: ['node-1', 'node-2'].map((name) => ({ name })) } })
console.log(`Google Cloud at ${gcp.url}/compute/v1/, project ${gcp.cloud.project}, region ${gcp.cloud.region}. Ctrl-C stops it.`)
