/** A document that does not fit its schema, in the words of Go's decoder. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}
