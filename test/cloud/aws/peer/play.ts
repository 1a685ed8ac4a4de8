/**
 * Plays the calls of aws-load-balancer-controller over the life of a Service against an endpoint, such as the playground's emulated AWS, and prints them:
 * `npm exec -- node test/cloud/aws/peer/play.ts URL`. Ends with 1 when a phase's writes are not the expected ones, or a second round writes again.
 */
import { reconcile } from './calls.ts'
import { openPeer } from './open.ts'
import { isWrite, phases } from './phases.ts'

const { peer, certificates, close } = await openPeer(process.argv[2] ?? '')
for (const { name, wanted, writes } of phases(certificates)) {
  const [calls, again] = [await reconcile(peer, wanted), await reconcile(peer, wanted)]
  const isExpected = calls.filter(isWrite).join() === writes.join() && !again.some(isWrite)
  console.log(`${isExpected ? 'as expected' : 'NOT AS EXPECTED'}: ${name}\n  ${calls.map((call) => (isWrite(call) ? call.toUpperCase() : call)).join(' ')}`)
  if (!isExpected) process.exitCode = 1
}
close()
