/** The contract, for Azure on the emulated cloud: with writes that are over at once, and with operations that run for a while. */
import { azureContender } from '../cloud/azure/contender.ts'
import { contract } from './harness.ts'

contract(azureContender('at once'))
contract(azureContender('by operations'))
