/** The support that starts a real API server is itself seen to work: it answers, knows its users, and leaves nothing behind. */
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Agent, fetch } from 'undici'
import { noRealApiServer, startRealApiServer } from './real-api-server.ts'

const reason = noRealApiServer()
if (reason !== undefined) console.warn(`skipped: ${reason}`)

describe.skipIf(reason !== undefined)('a real API server', () => {
  test('answers its user, refuses a stranger, and leaves nothing behind', { timeout: 120_000 }, async () => {
    const server = await startRealApiServer()
    const agent = new Agent({ connect: { ca: server.ca } })
    const ask = async (token: string): Promise<number> => {
      const answer = await fetch(`${server.url}/api/v1/nodes`, { dispatcher: agent, headers: { authorization: `Bearer ${token}` } })
      await answer.body?.cancel()
      return answer.status
    }
    try {
      expect(await ask(server.token)).toBe(200)
      expect(await ask('stranger')).toBe(401)
      expect(server.version).toMatch(/^1\.\d+\.\d+$/)
    } finally {
      await agent.close()
      await server.stop()
    }
    expect(existsSync(server.kubeconfigFile)).toBe(false)
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
  })
})
