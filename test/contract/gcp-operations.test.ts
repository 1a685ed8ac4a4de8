/** The contract, for Google Cloud on the emulated cloud, with operations that run for a while. */
import { gcpContender } from '../cloud/gcp/contender.ts'
import { contract } from './harness.ts'

contract(gcpContender('by operations'))
