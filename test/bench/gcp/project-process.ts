/** The process that `remote.ts` starts. */
import { reportWorld } from '../cluster/remote-world.ts'
import { addMachine, placeOf, PROVIDER, startProject } from './project.ts'

await reportWorld({ provider: PROVIDER, start: startProject, addMachine, placeOf })
