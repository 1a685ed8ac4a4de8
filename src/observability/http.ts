/** What the HTTP servers of the controller have in common. */
import type { Server, ServerResponse } from 'node:http'

/** Answers with one line of plain text. */
export function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

/**
 * Resolves when the server listens; rejects when it cannot. Without a host Node takes `::` for both families, and `0.0.0.0` where the machine has no IPv6.
 */
export function listen(server: Server, host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
