/** What an event in the cluster costs in calls to Google Cloud, beside what the API allows at least and what ingress-gce's code asks for. */
import type { Benchmark, Figure } from './benchmark.ts'
import { LIFE_NODES } from './cluster/life.ts'
import { type Say, sayTo } from './cluster/stand.ts'
import { fewServices, manyServices } from './gcp/crowd.ts'
import { LIFE } from './gcp/life.ts'
import { figuresOf } from './gcp/row.ts'
import { openStand } from './gcp/stand.ts'

export const benchmark: Benchmark = {
  name: 'gcp-calls',
  what: 'The controller with the Google Cloud provider between the emulated API server and the emulated Google Cloud, over HTTP: the calls to Google Cloud that an event causes, counted there.',
  async run(say) {
    const reported = sayTo(say)
    return {
      figures: [...(await life(reported)), ...(await fewServices(reported)), ...(await manyServices(reported))],
      notes: [
        'Operations run as long as users report: an address 2 s, a backend service 4 s, a forwarding rule 8 s, a firewall rule 5 s, a deletion 8 s. Polls of operations are counted by themselves, as there are as many as the cloud takes its time, and fewer on a busy machine; everywhere else they are left out.',
        "Beside it is what ingress-gce (HEAD of August 2026, an external Service with instance groups in three zones) asks for: counted along its code, call by call, and not measured. Every get, insert and PUT of a Service's turn is in it, and no poll. Where its code does not say how many there are, nothing stands beside.",
        '"Least" is what the API allows to a controller that has nothing to ask. The address that Google chose is in no answer but the one to a read of the forwarding rule.',
        'The first Service of a cluster has to wait for what all of them share: in each of three zones a group that is made and filled, the health check that asks kube-proxy, and the firewall rule that lets its probes in.',
        'A source range has a second firewall rule at first, which keeps out whom other rules of the network let in.',
        'A port that is added has a forwarding rule of its own beside the one that serves, as rules cannot be changed; the address is reserved for the two. A port that goes is closed in the firewall, and the rule stays; a second firewall rule then keeps out whom others let in.',
        'What Google alone knows is read when a change has ended: the address of a forwarding rule, the members of a group. A backend service is read before it is changed, for its fingerprint.',
      ],
    }
  },
}

async function life(reported: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES)
  const figures = [...figuresOf({ event: 'a start in an empty cluster', wanted: [8, 0] }, reported('start', await stand.callsWithin(() => stand.start())))]
  for (const event of LIFE) figures.push(...figuresOf(event, reported(event.event, await stand.callsOf(() => event.act(stand), event.least?.[1]))))
  await stand.close()
  return figures
}
