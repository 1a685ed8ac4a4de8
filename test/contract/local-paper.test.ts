/** The contract, for the local provider on a data plane of paper. */
import { contract } from './harness.ts'
import { paperWorld } from './paper-world.ts'

contract({ name: 'local, on paper', open: async () => paperWorld() })
