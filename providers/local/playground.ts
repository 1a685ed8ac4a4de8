/** The local provider in the playground: its balancers are real, on this machine's own addresses. */
import { createServer } from 'node:net'
import type { ValuesOf } from '../../src/model/setting.ts'
import type { PlaygroundPart } from '../../src/provider/playground.ts'
import type { settings as rows } from './settings.ts'

type Settings = ValuesOf<typeof rows>

export const playground: PlaygroundPart<Settings> = {
  flagsBesideAnother: '--address-pool 127.0.20.0/24',
  async start({ settings }) {
    return {
      settings: (networkMap) => ({ 'network-map': [...settings['network-map'], ...networkMap], 'state-file': 'off' }),
      async welcome() {
        const isMoved = settings['port-offset'] > 0
        const port = isMoved || (await mayBind(80)) ? 80 : 8080
        return { port, ...(isMoved ? { targetPort: 8080 } : {}), lines: [`curl ${urlOf(settings, port)}        # the EXTERNAL-IP`] }
      },
      async close() {},
    }
  },
}

function urlOf(settings: Settings, port: number): string {
  const reached = port + settings['port-offset']
  return `http://${firstAddress(settings)}${reached === 80 ? '' : `:${reached}`}/`
}

/** What the first Service of the default pool gets on Linux; elsewhere kubectl shows it. */
function firstAddress(settings: Settings): string {
  return settings['address-pool'].length === 0 && process.platform === 'linux' ? '127.0.10.1' : 'EXTERNAL-IP'
}

function mayBind(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code === 'EADDRINUSE'))
    server.listen(port, '127.244.255.254', () => server.close(() => done(true)))
  })
}
