/** The contract, for Google Cloud on the emulated cloud, with writes that are over at once. */
import { gcpContender } from '../cloud/gcp/contender.ts'
import { contract } from './harness.ts'

contract(gcpContender('at once'))
