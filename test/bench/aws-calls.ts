/** What an event in the cluster costs in calls to AWS, beside what the API allows at least and what the other controllers make of it. */
import { crowdNotes, fewServices, manyServices } from './aws/crowd.ts'
import { afterRestart, deleteAfterRestart, inUse, LIFE } from './aws/life.ts'
import { figuresOf } from './aws/row.ts'
import { openStand } from './aws/stand.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { LIFE_NODES } from './cluster/life.ts'
import { type Say, sayTo } from './cluster/stand.ts'

export const benchmark: Benchmark = {
  name: 'aws-calls',
  what: 'The controller with the AWS provider between the emulated API server and the emulated AWS, over HTTP: the calls to AWS that an event causes, counted there.',
  async run(say) {
    const reported = sayTo(say)
    return {
      figures: [
        ...(await life(reported)),
        ...figuresOf(afterRestart, reported(afterRestart.event, await deleteAfterRestart())),
        ...figuresOf(inUse, await inUse.calls(reported)),
        ...(await fewServices(reported)),
        ...(await manyServices(reported)),
      ],
      notes: [
        'Beside it are counts of another test bed: aws-load-balancer-controller v3.5.0-8-g225f44568 and cloud-provider-aws 63ec440c (without security groups of its own), unmodified, against kube-apiserver 1.37.2 and moto 5.2.1; three nodes in three zones, NLBs, instances as targets. There and here the account has no waits of its own, where the event does not say so.',
        '"Least" is what the API allows to a controller that has nothing to ask: to create, a security group and its rules, the load balancer, and for each port a target group, its targets and a listener; for the first Service of a cluster, the back-end group and its one rule too.',
        'Two reads before a Stack is made look for what a process before may have left of it.',
        'A Stack that this process began is deleted without a read. One that an inventory has shown is observed by name before it is deleted, as lists may be late: six reads, and one more for each further 400 load balancers or target groups of the region.',
        'Settings that take calls of their own are followed by one call that notes their fingerprint.',
        ...crowdNotes,
      ],
    }
  },
}

async function life(reported: Say): Promise<readonly Figure[]> {
  const stand = await openStand(LIFE_NODES)
  const figures = [
    ...figuresOf(
      { event: 'a start in an empty cluster', wanted: [7, 0], ccm: [7, 0], lbc: [0, 0] },
      reported('start', await stand.callsWithin(() => stand.start())),
    ),
  ]
  for (const event of LIFE) figures.push(...figuresOf(event, reported(event.event, await stand.callsOf(() => event.act(stand), event.least?.[1]))))
  await stand.close()
  return figures
}
