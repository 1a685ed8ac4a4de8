/** What an event in the cluster costs in calls to Azure, beside what the API allows at least and what cloud-provider-azure makes of it. */
import { fewServices, manyServices } from './azure/crowd.ts'
import { LIFE } from './azure/life.ts'
import { figuresOf } from './azure/row.ts'
import { openStand } from './azure/stand.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { LIFE_NODES } from './cluster/life.ts'
import { type Say, sayTo } from './cluster/stand.ts'

export const benchmark: Benchmark = {
  name: 'azure-calls',
  what: 'The controller with the Azure provider between the emulated API server and the emulated Azure, over HTTPS: the calls to Azure that an event causes, counted there.',
  async run(say) {
    const reported = sayTo(say)
    return {
      figures: [...(await life(reported)), ...(await fewServices(reported)), ...(await manyServices(reported))],
      notes: [
        'Beside it are counts of another test bed: cloud-provider-azure 7b31c76c with pools of addresses of nodes, unmodified, against kube-apiserver 1.37.2 and a fake Azure Resource Manager whose changes are over at once: its reads are plain reads, one poll and one read for each write. What is not known of it is left out.',
        '"Least" is what the API allows to a controller that has nothing to ask: an address for each Service, and one write of each document that all share.',
        'Here changes take as long as recorded: an address and the security group 2 s, a load balancer 15 s, a deletion 10 s. So nearly all reads ask how a change stands: an address and the group every 2 s, a load balancer and a deletion every 3 s, each for the first time at once, and a document once more when its change has ended. Four addresses or more of one resource group are asked by one list.',
        'Before the first Service three reads look for what a process before may have left, and one for the load balancer that is to be made.',
        'A load balancer that takes an address gives it another etag: it is read before its tags are written.',
        'Of an hour at rest, all reads are inventories: each is three lists, and one more for each further 100 addresses.',
        'Several Services at once come to the API server one after the other: the first of them are written by themselves, all that come meanwhile with the next write. With 500 of them the calls keep to the published rates.',
      ],
    }
  },
}

async function life(reported: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES)
  const figures = [
    ...figuresOf({ event: 'a start in an empty cluster', wanted: [3, 0], cpa: [1, 0] }, reported('start', await stand.callsWithin(() => stand.start()))),
  ]
  for (const event of LIFE) figures.push(...figuresOf(event, reported(event.event, await stand.callsOf(() => event.act(stand), event.least?.[1]))))
  await stand.close()
  return figures
}
