/** The in-memory cloud and its provider: what the tests of the core, of the controller and of the contract stand on. */
export { InMemoryCloud, inMemoryCloud, type InMemoryCloudOptions } from './cloud.ts'
export type { Fate, Operations } from './documents.ts'
export { type Trouble, TROUBLES } from './journal.ts'
export type { Packet, Verdict } from './oracle.ts'
export { inMemoryProvider, type InMemoryProvider } from './provider.ts'
export type { InMemoryStep, Rule, View } from './view.ts'
