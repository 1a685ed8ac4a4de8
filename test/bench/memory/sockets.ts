/** So many TCP servers of Node that serve nothing, at addresses of a /16: what any program has to pay for its listening sockets. Says when they listen. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const [net = '127.96', count = '0'] = process.argv.slice(2)
const servers: Server[] = []
for (let i = 1; i <= Number(count); i++) {
  const server = createServer()
  server.listen({ host: `${net}.${i >> 8}.${i & 255}`, port: 8000, exclusive: true })
  await once(server, 'listening')
  servers.push(server)
}
setFlagsFromString('--expose-gc')
// Twice: the first leaves pages that the second frees.
for (let i = 0; i < 2; i++) (runInNewContext('gc') as () => void)()
console.error('listening')
// Without a server nothing else would keep it.
setInterval(() => servers.length, 60_000)
