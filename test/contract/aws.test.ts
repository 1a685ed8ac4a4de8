/** The contract, for AWS over HTTP on the emulated cloud, with instances and with addresses of pods as targets. */
import { awsWorld } from './aws-world.ts'
import { contract } from './harness.ts'

/** What the scenarios about requested addresses ask of every cloud: a place that is the address itself. */
const lacks = { addresses: 'an NLB is published by its name; which addresses stand behind it is for the tests of the planner' }

contract({ name: 'aws, instances', lacks, open: () => awsWorld('nodes') })
contract({ name: 'aws, pods', lacks, open: () => awsWorld('pods') })
