import { describe, expect, test } from 'vitest'
import { type Bodies, runProgram, type Terminal } from '../../../src/cli/program.ts'
import type { Settings } from '../../../src/config.ts'

interface Seen {
  out: string
  err: string
  readonly calls: { command: string; settings: Settings; names: readonly string[] }[]
}

async function run(args: readonly string[], environment: Record<string, string> = {}): Promise<Seen & { exitCode: number }> {
  const seen: Seen = { out: '', err: '', calls: [] }
  const terminal: Terminal = {
    environment,
    out: (text) => (seen.out += text),
    err: (text) => (seen.err += text),
    isTerminal: false,
    signal: new AbortController().signal,
  }
  const body =
    (command: string): Bodies['run'] =>
    async (settings, _terminal, names) => {
      seen.calls.push({ command, settings, names })
      return 0
    }
  const bodies: Bodies = {
    run: body('run'),
    playground: body('playground'),
    plan: body('plan'),
    explain: body('explain'),
    permissions: body('permissions'),
    policy: body('policy'),
    orphans: body('orphans'),
    translate: body('translate'),
    release: body('release'),
    'stand-down': body('stand-down'),
  }
  const exitCode = await runProgram(args, bodies, terminal, { version: '1.2.3' })
  return { ...seen, exitCode }
}

test('a command gets its settings and names', async () => {
  const { calls, exitCode } = await run(['explain', 'shop/web', '--kubeconfig', 'here'])
  expect(calls).toEqual([{ command: 'explain', names: ['shop/web'], settings: expect.objectContaining({ kubeconfig: 'here' }) as Settings }])
  expect(exitCode).toBe(0)
})

test('repeated flags add up, and a flag can be switched off', async () => {
  const { calls } = await run(['run', '--address-pool', '127.0.1.0/24', '--address-pool', '127.0.2.0/24', '--no-leader-elect'])
  expect(calls[0]?.settings).toMatchObject({ 'address-pool': ['127.0.1.0/24', '127.0.2.0/24'], 'leader-elect': false })
})

test.each([
  [['--leader-elect'], true],
  [['--no-leader-elect'], false],
  [[], false],
])('what a variable says, a flag without an argument overrules: %j', async (flags, expected) => {
  const { calls } = await run(['run', ...flags], { FAIRLEAD_LEADER_ELECT: 'false' })
  expect(calls[0]?.settings['leader-elect']).toBe(expected)
})

test.each([
  ['a wrong value', ['run', '--concurrency', 'many'], 2, '--concurrency is "many"; allowed: a whole number from 1 to 64'],
  ['a number of nodes that cannot be', ['playground', '--nodes', '0'], 2, '--nodes is "0"; allowed: a whole number from 1 to 20'],
  ['a flag of another command', ['explain', 'web', '--filename', 'x'], 2, "unknown option '--filename'"],
  ['a name where none is taken', ['run', 'shop/web'], 2, "too many arguments for 'run'"],
  ['no name where one is needed', ['explain'], 2, "missing required argument 'NAMESPACE/NAME'"],
  ['a flag that is none', ['run', '--colour'], 2, "unknown option '--colour'"],
  ['a command that is none', ['fly'], 2, "unknown command 'fly'"],
])('%s ends with its exit code and says why', async (_, args, exitCode, message) => {
  const seen = await run(args)
  expect(seen.exitCode).toBe(exitCode)
  expect(seen.err).toContain(message)
  expect(seen.calls).toEqual([])
})

test('help shows examples and defaults', async () => {
  const { out, exitCode } = await run(['run', '--help'])
  expect(exitCode).toBe(0)
  expect(out).toContain('Examples:')
  expect(out).toMatch(/--concurrency <N>[\s\S]*\(default: 8\)/)
  expect(out).toContain('--no-leader-elect')
  expect(out, 'what is so by default').not.toMatch(/ --leader-elect| --no-dry-run/)
})

describe('what a cluster or a cloud answered never acts on the terminal', () => {
  const evil = 'a\u001B[2J\u202Eb\u0085\r\u{E0041}'
  const printing = (command: keyof Bodies): Bodies => {
    const nothing: Bodies['run'] = async () => 0
    const body: Bodies['run'] = async (_settings, { out, err }) => {
      out(`${evil}\n`)
      err(`${evil}\n`)
      throw new Error(evil)
    }
    return {
      run: nothing,
      playground: nothing,
      plan: nothing,
      explain: nothing,
      permissions: nothing,
      policy: nothing,
      orphans: nothing,
      translate: nothing,
      release: nothing,
      'stand-down': nothing,
      [command]: body,
    }
  }
  const shown = String.raw`a\u001b[2J\u202eb\u0085\r\udb40\udc41`

  test.each([['plan'], ['explain', 'shop/web'], ['run'], ['playground']] as const)('%s', async (command, ...names) => {
    const [outs, errs]: [string[], string[]] = [[], []]
    const terminal: Terminal = {
      environment: {},
      out: (text) => void outs.push(text),
      err: (text) => void errs.push(text),
      isTerminal: true,
      signal: new AbortController().signal,
    }
    await runProgram([command, ...names], printing(command), terminal, { version: '1.2.3' })
    expect([outs, errs]).toEqual([[`${shown}\n`], [`${shown}\n`, `fairlead: ${shown}\n`]])
  })

  test('JSON stays the same JSON', async () => {
    const outs: string[] = []
    const terminal: Terminal = { environment: {}, out: (text) => void outs.push(text), err: () => {}, isTerminal: false, signal: new AbortController().signal }
    const body: Bodies['run'] = async (_settings, { out }) => {
      out(JSON.stringify({ message: `${evil}\n\t"` }, undefined, 2))
      return 0
    }
    await runProgram(['explain', 'shop/web'], { ...printing('run'), explain: body }, terminal, { version: '1.2.3' })
    expect(outs.join('')).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u)
    expect(JSON.parse(outs.join(''))).toEqual({ message: `${evil}\n\t"` })
  })
})
