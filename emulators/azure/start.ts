/** Starts the emulated Azure as a program: `npm exec -- node emulators/azure/start.ts [PORT]`. The authority of its certificate is written to `.fairlead/azure.pem`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { startAzure } from './server.ts'

const [port = '8443'] = process.argv.slice(2)
const azure = await startAzure({ port: Number(port), seed: { machines: ['node-1', 'node-2'].map((name) => ({ name })) } })
mkdirSync('.fairlead', { recursive: true })
writeFileSync('.fairlead/azure.pem', azure.authority ?? '')
console.log(`Azure at ${azure.url}, subscription ${azure.cloud.subscription}, resource group ${azure.cloud.ids.resourceGroup}. Ctrl-C stops it.`)
