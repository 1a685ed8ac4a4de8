/** The contract, for AWS over HTTP on the emulated cloud, with addresses of pods as targets. */
import { awsContender } from '../cloud/aws/contender.ts'
import { contract } from './harness.ts'

contract(awsContender('pods'))
