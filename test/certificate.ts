/** Certificates for servers on loopback addresses, made by openssl where it is there. */
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** Why none can be made here, or undefined when they can. Print it when skipping. */
export function noCertificates(): string | undefined {
  try {
    execFileSync('openssl', ['version'])
    return undefined
  } catch {
    return 'there is no openssl to make certificates with'
  }
}

/** A certificate for 127.0.0.1 that is its own authority. Its files stay in `folder`. */
export async function certificate(folder: string, name: string): Promise<Certificate> {
  const [key, file] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
  const options = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2', '-subj', `/CN=${name}`]
  execFileSync('openssl', ['req', '-x509', ...options, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', file], { stdio: 'ignore' })
  return { key: await readFile(key, 'utf8'), cert: await readFile(file, 'utf8') }
}
