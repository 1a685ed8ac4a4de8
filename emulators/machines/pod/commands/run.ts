/** The commands that the pods of the playground know, by name. */
import { type Command, CommandFailure, type Inside } from './command.ts'
import { curl } from './curl.ts'
import { dig, nslookup } from './dig.ts'
import { cat, echo, env, hostname, printenv, sleep } from './plain.ts'
import { wordsOf } from './shell.ts'

/** `sh -c 'COMMAND'`: one of the others, with the variables of the container. */
const sh: Command = (args, inside) => {
  const [option, text] = args
  if (option !== '-c' || text === undefined)
    throw new CommandFailure(2, `sh: there is no shell to type in, images are not run here; allowed: sh -c 'COMMAND'. ${known()}`)
  const words = wordsOf(text, inside.environment)
  return words.length === 0 ? Promise.resolve(0) : runCommand(words, inside)
}

const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.entries({ cat, curl, dig, echo, env, hostname, nslookup, printenv, sh, sleep }))

const NOT_FOUND = 127

/** Answers the exit code; what goes wrong is printed as an error of the command. Rejects when the signal is aborted. */
export async function runCommand([name = '', ...args]: readonly string[], inside: Inside): Promise<number> {
  const command = COMMANDS.get(name.replace(/^(\/usr)?\/bin\//, ''))
  try {
    if (command === undefined)
      throw new CommandFailure(NOT_FOUND, `exec: ${JSON.stringify(name)}: executable file not found in $PATH. Images are not run here. ${known()}`)
    return await command(args, inside)
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    await inside.err(`${error.message}\n`)
    return error.code
  }
}

function known(): string {
  return `A pod of the playground knows ${[...COMMANDS.keys()].join(', ')}.`
}
