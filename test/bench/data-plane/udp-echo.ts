/** A UDP backend that says back what it hears: `node udp-echo.ts PORT`. Says `ready` when it listens. */
import { createSocket } from 'node:dgram'

const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20, lookup: (hostname, _options, found) => found(null, hostname, 4) })
socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address))
socket.bind(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'))
