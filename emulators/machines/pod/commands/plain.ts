/** The commands that take a line or two. */
import { setTimeout as delay } from 'node:timers/promises'
import { listed } from '../http-response.ts'
import { type Command, CommandFailure } from './command.ts'

export const env: Command = async (args, { environment, out }) => {
  if (args.length > 0) throw new CommandFailure(125, 'env: it takes no arguments here; a variable is set in the env of the container')
  await out(listed(environment))
  return 0
}

export const printenv: Command = async (names, inside) => {
  if (names.length === 0) return env([], inside)
  const values = names.map((name) => inside.environment.get(name))
  for (const value of values) if (value !== undefined) await inside.out(`${value}\n`)
  return values.includes(undefined) ? 1 : 0
}

export const hostname: Command = async (args, inside) => {
  const [option] = args
  if (args.length > 1 || (option !== undefined && option !== '-i')) throw new CommandFailure(1, 'hostname: allowed is -i, for the addresses, or nothing')
  await inside.out(option === '-i' ? `${inside.podIps.join(' ')}\n` : `${inside.hostname}\n`)
  return 0
}

export const echo: Command = async (args, { out }) => {
  const isBare = args[0] === '-n'
  await out(`${args.slice(isBare ? 1 : 0).join(' ')}${isBare ? '' : '\n'}`)
  return 0
}

/** Without a file, or for `-`, what the client sends. */
export const cat: Command = async (paths, { files, input, out, err }) => {
  let code = 0
  for (const path of paths.length === 0 ? ['-'] : paths) {
    const file = files.get(path)
    if (path === '-') for await (const chunk of input) await out(chunk)
    else if (file !== undefined) await out(file)
    else {
      code = 1
      await err(`cat: ${path}: No such file or directory. A pod of the playground has ${[...files.keys()].join(', ')}\n`)
    }
  }
  return code
}

const MOST_SECONDS = 3600

export const sleep: Command = async (args, { signal }) => {
  const [, text] = /^(\d+(?:\.\d+)?)s?$/.exec(args[0] ?? '') ?? []
  const seconds = Number(text)
  if (args.length !== 1 || text === undefined || seconds > MOST_SECONDS) {
    throw new CommandFailure(1, `sleep: invalid time interval ${JSON.stringify(args.join(' '))}; allowed: seconds, up to ${MOST_SECONDS}`)
  }
  await delay(seconds * 1000, undefined, { signal })
  return 0
}
