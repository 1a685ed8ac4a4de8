/** The process under test ends: no call after it is answered until the next process. */
export class Crash extends Error {
  override readonly name = 'Crash'
}
