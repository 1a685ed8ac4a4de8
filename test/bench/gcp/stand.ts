/** An API server, a project and a controller between them. */
import { REALISTIC } from '../../../emulators/gcp/index.ts'
import { LIMITS } from '../../../providers/gcp/api/calls.ts'
import { unlimited } from '../../cloud/unlimited.ts'
import { Stand } from '../cluster/stand.ts'
import { addMachine, connectProject, placeOf, PROVIDER, startProject } from './project.ts'

const TIME_SCALE = 20

/** The cloud takes its time, as users report it: operations are polled, which is part of what changes cost. */
export function openStand(nodes: number, timeScale = TIME_SCALE): Promise<Stand> {
  return Stand.open({
    nodes,
    timeScale,
    async start(clock) {
      const gcp = await startProject({ delays: REALISTIC, now: () => clock.now() })
      return {
        provider: PROVIDER,
        journal: gcp.journal,
        addMachine: (number) => addMachine(gcp, number),
        connect: ({ isLimited }) => connectProject(placeOf(gcp), { clock, limits: isLimited ? LIMITS : unlimited(LIMITS) }),
        close: () => gcp.close(),
      }
    },
  })
}
