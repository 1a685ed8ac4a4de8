/** Lines of a stream of bytes. A last line that was cut off is no line. */

/** A watch event holds one object, and the API server stores none over a few megabytes. */
const LONGEST = 64 * 1024 * 1024

export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      parts.push(text.slice(start, end))
      const line = parts.join('')
      parts = []
      length = 0
      start = end + 1
      if (line.trim() !== '') yield line
    }
    const rest = text.slice(start)
    length += rest.length
    if (length > LONGEST) throw new Error('a line without end')
    if (rest !== '') parts.push(rest)
  }
}
