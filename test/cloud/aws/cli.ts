/** Runs the real AWS CLI against the emulator, with credentials and settings of its own. */
import { execFile, spawnSync } from 'node:child_process'
import { type AwsEmulator, type AwsOptions, IMMEDIATE, startAws } from '../../../emulators/aws/index.ts'

/** Why the CLI cannot be driven here; undefined when it can. */
export function noCli(): string | undefined {
  const { error, status } = spawnSync('aws', ['--version'], { stdio: 'ignore' })
  if (error !== undefined) return `there is no aws on the PATH (${error.message})`
  return status === 0 ? undefined : `aws --version ends with ${status}`
}

export interface Cli extends AsyncDisposable {
  readonly aws: AwsEmulator
  /** The JSON that it printed; undefined when it printed nothing. Throws what it said when it failed. The line is split at spaces, what follows is passed as it is. */
  run(line: string, ...more: readonly string[]): Promise<unknown>
  /** The same for a command that answers a text. */
  text(line: string): Promise<string>
}

export async function startCli(options: AwsOptions = {}): Promise<Cli> {
  const aws = await startAws({ virtualTime: true, delays: IMMEDIATE, ...options })
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  }
  const run: Cli['run'] = (line, ...more) =>
    new Promise((resolve, reject) => {
      execFile('aws', [...line.split(' '), ...more, '--output=json'], { env }, (error, out, err) => {
        if (error !== null) reject(new Error(err.trim() === '' ? error.message : err.trim()))
        else resolve(out.trim() === '' ? undefined : (JSON.parse(out) as unknown))
      })
    })
  return {
    aws,
    run,
    text: async (line) => String(await run(line)),
    [Symbol.asyncDispose]: () => aws.close(),
  }
}
