import { expect, test } from 'vitest'
import { permissionsCommand } from '../../../src/cli/permissions.ts'
import type { CommandTerminal } from '../../../src/cli/program.ts'
import { readSettings } from '../../../src/config.ts'
import type { SettingValues } from '../../../src/model/setting.ts'
import type { PermissionOptions } from '../../../src/provider/permissions.ts'

/** Tells what it was asked for. */
const reported = {
  features: {
    usual: { what: 'what all have', byDefault: true },
    more: { what: 'what few have', byDefault: true },
    rare: { what: 'what is risky', byDefault: false },
  },
  document: ({ features, settings: { partition }, ...rest }: PermissionOptions<SettingValues>) =>
    JSON.stringify({ features: [...features], partition, ...rest }),
}

async function run(flags: Record<string, string | readonly string[]>): Promise<unknown> {
  let out = ''
  const terminal: CommandTerminal = {
    environment: {},
    out: (text) => (out += text),
    err: () => {},
    show: () => {},
    isTerminal: false,
    signal: new AbortController().signal,
  }
  const command = permissionsCommand(async () => reported)
  const settings = readSettings('permissions', { flags, environment: {} })
  await command(settings, terminal, ['aws'], () => settings)
  return JSON.parse(out)
}

test('what is usual, for any cluster', async () => {
  expect(await run({})).toEqual({ features: ['usual', 'more'], partition: 'aws' })
})

test('less, more, for one cluster, elsewhere', async () => {
  const flags = { without: ['usual,more'], with: ['rare'], 'cluster-id': 'c1', partition: 'aws-cn' }
  expect(await run(flags)).toEqual({ features: ['rare'], clusterId: 'c1', partition: 'aws-cn' })
})

test('a feature that is none: all are reported', async () => {
  await expect(run({ without: ['tsl'] })).rejects.toThrow('--without is "tsl"; allowed:\n  usual: what all have\n  more: what few have\n  rare: what is risky')
  await expect(run({ with: ['tsl'] })).rejects.toThrow('--with is "tsl"')
})
